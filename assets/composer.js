// The editor page with JavaScript: the same form and the same requests, without loading the page
// anew. Steps (add, move, copy, remove) post the form and take the new form from the answer; typing
// is saved after two quiet seconds. Nothing here is needed to write an issue.
"use strict";

(() => {
  const QUIET = 2000; // milliseconds
  const AGAIN = 15000;
  const main = document.getElementById("main");
  const form = () => document.getElementById("composer");
  const rich = window.lederbrev.richText;
  const { outline } = window.lederbrev;
  if (!form()) return;

  let dirty = false;
  let timer = 0;
  let saving = null; // the request that is under way
  let busy = false; // with a step
  const text = (name) => form().dataset[name];

  const say = (words, wrong = false) => {
    const state = document.getElementById("save-state");
    state.textContent = words;
    state.classList.toggle("wrong", wrong);
  };

  const typed = () => [...new FormData(form())];
  const post = (step, accept, pairs = typed()) => {
    const body = new URLSearchParams([...pairs, ["do", step]]);
    return fetch(form().action, { method: "POST", body, headers: { Accept: accept } });
  };

  // Typing

  const changed = () => {
    dirty = true;
    say(text("unsaved"));
    clearTimeout(timer);
    timer = setTimeout(autosave, QUIET);
  };

  async function autosave() {
    clearTimeout(timer);
    if (saving) await saving;
    if (!dirty) return;
    dirty = false;
    say(text("saving"));
    saving = send();
    await saving;
    saving = null;
  }

  async function send() {
    try {
      const answer = await post("autosave", "application/json");
      if (answer.status === 413) return tooLarge();
      if (answer.redirected || ![200, 409, 422].includes(answer.status)) throw new Error(answer.status);
      const news = await answer.json();
      showErrors(news.errors ?? []);
      if (answer.status === 200) {
        saved(news);
        say(dirty ? text("unsaved") : news.saved);
      } else {
        dirty = true;
        say(news.saved, true);
        // Somebody has scheduled it: what was typed stays on the page and is not sent again.
        if (news.locked) return;
        // The page with both versions is the answer to the same form, sent as a page.
        if (answer.status === 409) offerComparison();
      }
    } catch {
      dirty = true;
      say(text("failed"), true);
      timer = setTimeout(autosave, AGAIN);
    }
  }

  // More than the server reads at all. Sending it again would not help, so it waits for a change.
  function tooLarge() {
    dirty = true;
    say(text("tooLarge"), true);
    const fields = [...form().querySelectorAll("[data-field] :is(input, textarea)")];
    const longest = fields.reduce((one, other) => (other.value.length > one.value.length ? other : one));
    const id = longest.closest("[data-field]").dataset.field;
    showErrors([{ id, message: text("tooLarge") }]);
    return id;
  }

  function saved(news) {
    form().elements.revision.value = news.revision;
    for (const { id, title, incomplete } of news.blocks) {
      const block = document.getElementById(`block-${id}`);
      if (!block) continue;
      block.querySelector(".block-title").textContent = title;
      const chip = block.querySelector(".incomplete");
      if (chip && !incomplete) chip.remove();
    }
    const size = document.getElementById("size");
    size.classList.toggle("over", news.size > 100);
    size.querySelector("label").textContent = news.size_text;
    size.querySelector("progress").value = news.size;
    showPreflight(news.preflight);
    refreshView(news.revision);
  }

  function showPreflight({ words, notes }) {
    const section = document.getElementById("preflight");
    const status = section.querySelector("[role=status]");
    // A screen reader says it only when it has changed.
    if (status.textContent !== words) status.textContent = words;
    section.querySelector("ul").replaceChildren(...notes.map((note) => {
      const item = document.createElement("li");
      const label = Object.assign(document.createElement("span"), { className: "chip", textContent: note.label });
      const link = Object.assign(document.createElement("a"), { href: `#${note.target}`, textContent: note.text });
      item.className = note.level;
      item.append(label, " ", link);
      return item;
    }));
  }

  function showErrors(errors) {
    for (const shown of form().querySelectorAll(".field.invalid")) {
      shown.classList.remove("invalid");
      shown.querySelector(".field-error").hidden = true;
      shown.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    }
    for (const { id, message } of errors) {
      const field = form().querySelector(`[data-field="${CSS.escape(id)}"]`);
      if (!field) continue;
      field.classList.add("invalid");
      const words = field.querySelector(".field-error");
      words.textContent = message;
      words.hidden = false;
      document.getElementById(id)?.setAttribute("aria-invalid", "true");
    }
  }

  function offerComparison() {
    if (document.getElementById("compare")) return;
    const button = document.createElement("button");
    Object.assign(button, { id: "compare", name: "do", value: "save", textContent: text("compare") });
    button.dataset.page = "";
    document.getElementById("save-state").after(button);
  }

  // The mail beside the form: a second frame is filled behind the first, so that nothing flickers
  // and the place stays.
  function refreshView(revision) {
    const old = document.getElementById("view");
    const place = old.contentDocument?.documentElement?.scrollTop ?? 0;
    const fresh = old.cloneNode();
    fresh.src = old.src.replace(/revision=.*/, `revision=${revision}`);
    fresh.hidden = true;
    fresh.removeAttribute("id");
    fresh.addEventListener("load", () => {
      fresh.hidden = false;
      fresh.id = "view";
      old.remove();
      if (fresh.contentDocument) fresh.contentDocument.documentElement.scrollTop = place;
    }, { once: true });
    old.after(fresh);
  }

  // Steps

  // Answers whether it was taken. `arrange` sends what was typed in another arrangement than that of
  // the page; `earlier` is what was typed before the blocks of the page were moved.
  async function step(value, focus, { arrange, earlier } = {}) {
    if (busy) return false;
    busy = true;
    clearTimeout(timer);
    if (saving) await saving;
    const caret = rich.place(focus);
    const open = [...form().querySelectorAll(".block > details[open]")].map((d) => d.parentElement.id);
    const scroll = document.getElementById("view")?.contentDocument?.documentElement?.scrollTop ?? 0;
    const theme = document.getElementById("theme")?.open;
    form().setAttribute("aria-busy", "true");
    form().inert = true;
    const now = typed();
    try {
      const answer = await post(value, "text/html", arrange?.(now));
      if (answer.status === 409) {
        comparePage();
        return false;
      }
      if (answer.status === 413) {
        form().inert = false;
        form().removeAttribute("aria-busy");
        reveal(document.getElementById(tooLarge()));
        return false;
      }
      if (![200, 422].includes(answer.status)) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("composer");
      if (!fresh) throw new Error("no form");
      dirty = answer.status === 422;
      form().replaceWith(document.adoptNode(fresh));
      for (const id of open) {
        const details = document.querySelector(`#${CSS.escape(id)} > details`);
        if (details) details.open = true;
      }
      if (theme && document.getElementById("theme")) document.getElementById("theme").open = true;
      document.getElementById("view").addEventListener("load", (event) => {
        const inside = event.target.contentDocument;
        if (inside) inside.documentElement.scrollTop = scroll;
      }, { once: true });
      if (!arrange) outline.remember(earlier ?? now, typed());
      enhance();
      const arrived = `block-${new URL(answer.url).searchParams.get("open")}`;
      if (!arrange && (!caret || !rich.goTo(caret))) land(focus, arrived, value);
      return true;
    } catch {
      form().inert = false;
      form().removeAttribute("aria-busy");
      dirty = true;
      say(text("failed"), true);
      timer = setTimeout(autosave, AGAIN);
      return false;
    } finally {
      busy = false;
    }
  }

  function comparePage() {
    form().inert = false;
    const button = document.createElement("button");
    Object.assign(button, { name: "do", value: "save", hidden: true });
    form().append(button);
    dirty = false;
    form().requestSubmit(button);
  }

  // Where the keyboard is after a step: on the button that was pressed, in the new block, or on
  // the way to undo.
  function land(focus, arrived, value) {
    const block = document.getElementById(arrived);
    if (/^(add|library|duplicate|restore):/.test(value) && block) {
      block.classList.add("arrived");
      block.scrollIntoView({ block: "center" });
      (block.querySelector("details[open] :is(input:not([type=hidden]), textarea:not([hidden]), select, .rich-text)") ?? block.querySelector("summary")).focus();
      return;
    }
    if (/^add-project:/.test(value)) {
      block?.querySelector(".project:last-of-type input:not([type=hidden])")?.focus();
      return;
    }
    const same = focus && document.getElementById(focus);
    const target = same && !same.disabled ? same
      // At the top there is no way up: then on the block that was moved.
      : document.getElementById("undo") ?? (block ?? document.getElementById(`block-${value.split(":")[1]}`))?.querySelector("summary")
        ?? document.getElementById("summary");
    target?.focus();
  }

  // The mouse and the keyboard

  main.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=do]");
    if (event.defaultPrevented || !button || button.form !== form() || button.dataset.page !== undefined || button.hidden) return;
    event.preventDefault();
    // Taking a removal back is the same by the button as by the keyboard.
    if (button.id === "undo" && /^restore(-project)?:/.test(button.value) && outline.canUndo()) outline.turn("undo");
    else step(button.value, button.id);
  });

  main.addEventListener("click", (event) => {
    const link = event.target.closest?.(".error-summary a, .preflight a");
    if (link) reveal(document.getElementById(link.hash.slice(1)), event);
  });

  function reveal(target, event) {
    if (!target) return;
    event?.preventDefault();
    for (let parent = target; parent; parent = parent.parentElement) if (parent.tagName === "DETAILS") parent.open = true;
    const inside = target.matches(".block") ? target.querySelector("details") : null;
    if (inside) inside.open = true;
    const focusable = target.matches("input, textarea, select, [tabindex], summary") ? target : target.querySelector("input, summary");
    target.scrollIntoView({ block: "center" });
    focusable?.focus();
  }

  main.addEventListener("input", (event) => {
    const field = event.target;
    if (field.form !== form() || !field.name) return;
    const counter = form().querySelector(`[data-counter="${CSS.escape(field.id)}"]`);
    if (counter) count(counter, field);
    const mirror = form().querySelector(`[data-mirror="${CSS.escape(field.id)}"]`);
    if (field.name === "subject") form().querySelector("h1").textContent = plain(field.value) || text("shortened");
    if (mirror) mirror.textContent = plain(field.value) || (field.name === "subject" ? text("shortened") : "");
    changed();
  });

  // As it will be shown: with the name's other word, and without marks that turn the direction.
  const plain = (line) => line.replace(/\{\{navn\|([^}]*)\}\}/g, "$1").replace(/[\u202A-\u202E\u2066-\u2069]/g, "");
  const count = (counter, field) => {
    const length = [...plain(field.value)].length;
    counter.querySelector("output").textContent = length;
    counter.classList.toggle("long", length > Number(counter.dataset.best));
  };

  // Which block a new one goes behind.
  main.addEventListener("focusin", (event) => {
    const block = event.target.closest?.(".block");
    if (block) form().elements.after.value = block.dataset.block;
  });

  // Leaving

  window.addEventListener("beforeunload", (event) => {
    if (dirty || saving) event.preventDefault();
  });
  main.addEventListener("submit", (event) => {
    if (event.target === form()) dirty = false;
  });
  // Pages that show the mail come after what was typed is saved.
  main.addEventListener("click", async (event) => {
    const link = event.target.closest?.(".composer-bar a");
    if (!link || !dirty || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    await autosave();
    if (!dirty) location.assign(link.href);
  });

  function enhance() {
    form().classList.add("enhanced");
    rich.enhance(form());
    outline.refresh();
    for (const counter of form().querySelectorAll("[data-counter]")) {
      count(counter, document.getElementById(counter.dataset.counter));
    }
    const list = document.getElementById("blocks");
    if (window.Sortable && list) {
      // Its own dragging instead of the browser's: the same by mouse, pen and finger, and a block
      // can never be dropped into a field as text.
      let earlier;
      const onStart = () => { earlier = typed(); };
      const onEnd = () => step("autosave", undefined, { earlier });
      new window.Sortable(list, { handle: ".handle", forceFallback: true, onStart, onEnd });
    }
  }
  window.lederbrev.composer = { form, step, text, typed };
  enhance();
  document.getElementById("summary")?.focus();
  if (location.hash) reveal(document.getElementById(location.hash.slice(1)));
})();
