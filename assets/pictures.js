// Pictures in a field: a dialog to choose or upload one, a file dropped onto the field, a picture
// pasted into it. Without this the button leads to the page of pictures, where the path can be copied.
"use strict";

(() => {
  // A field's tools name the input that they are for; what the picture shows stands beside it.
  const inputOf = (tools) => document.getElementById(tools.dataset.pictureFor);
  const toolsOf = (input) => document.querySelector(`[data-picture-for="${CSS.escape(input.id)}"]`);
  const beside = (input, name) => document.getElementById(input.id.replace(/url$/, name));

  const say = (tools, words, wrong = false) => {
    const state = tools.querySelector(".picture-state");
    state.textContent = words;
    state.classList.toggle("wrong", wrong);
  };

  const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  function show(input) {
    const thumb = toolsOf(input)?.querySelector(".picture-thumb");
    if (!thumb) return;
    const address = input.value.trim();
    if (/^(https:\/\/|\/(?!\/))/.test(address)) thumb.src = address;
    else thumb.removeAttribute("src");
  }

  // Another picture shows something else, so the words of the one before go.
  function put(input, { path, alt, decorative }) {
    const [words, silent] = [beside(input, "alt"), beside(input, "decorative")];
    if (input.value !== path || alt || decorative) {
      if (words) words.value = alt;
      if (silent) silent.checked = decorative;
    }
    input.value = path;
    show(input);
    changed(input);
    (words && !alt && !decorative ? words : input).focus();
  }

  async function send(file, { alt = "", decorative = false } = {}) {
    const query = new URLSearchParams({ name: file.name, alt });
    if (decorative) query.set("decorative", "on");
    const answer = await fetch(`/admin/pictures?${query}`, {
      method: "POST",
      body: file,
      headers: { Accept: "application/json", "Content-Type": "application/octet-stream" },
    });
    if (answer.redirected || ![201, 422].includes(answer.status)) throw new Error(answer.status);
    const news = await answer.json();
    return answer.status === 201 ? news : { refused: news.message };
  }

  // A file that was dropped or pasted. The form may be replaced while it is on its way.
  async function take(id, file) {
    let tools = toolsOf(document.getElementById(id));
    say(tools, tools.dataset.sending);
    let news;
    try {
      news = await send(file);
    } catch {
      news = { refused: tools.dataset.failed };
    }
    const input = document.getElementById(id);
    if (!input) return;
    tools = toolsOf(input);
    say(tools, news.refused ?? "", Boolean(news.refused));
    if (!news.refused) put(input, news);
  }

  const pictureIn = (data) => [...(data?.files ?? [])][0];
  const fieldOf = (target) => {
    const tools = target.closest?.(".field")?.querySelector("[data-picture-for]");
    return tools ? inputOf(tools) : null;
  };

  document.addEventListener("dragover", (event) => {
    const input = fieldOf(event.target);
    if (!input || ![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    input.closest(".field").classList.add("picture-over");
  });
  document.addEventListener("dragleave", (event) => {
    fieldOf(event.target)?.closest(".field").classList.remove("picture-over");
  });
  document.addEventListener("drop", (event) => {
    const input = fieldOf(event.target);
    const file = pictureIn(event.dataTransfer);
    if (!input || !file) return;
    event.preventDefault();
    input.closest(".field").classList.remove("picture-over");
    take(input.id, file);
  });
  document.addEventListener("paste", (event) => {
    const input = fieldOf(event.target);
    const file = pictureIn(event.clipboardData);
    if (!input || !file) return;
    event.preventDefault();
    take(input.id, file);
  });
  // Not at every key: half an address is asked of nobody.
  document.addEventListener("change", (event) => {
    if (event.target.id && toolsOf(event.target)) show(event.target);
  });

  // The dialog

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-picture-for] a[data-pictures]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link.closest("[data-picture-for]").dataset.pictureFor, link.href);
  });

  async function open(id, page) {
    const dialog = document.createElement("dialog");
    dialog.className = "picture-dialog";
    dialog.setAttribute("aria-labelledby", "picture-picker-title");
    const load = async (from) => {
      const answer = await fetch(from);
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("picture-picker");
      if (!answer.ok || !found) throw new Error(answer.status);
      dialog.replaceChildren(document.adoptNode(found));
    };
    const pick = (picture) => {
      dialog.close();
      const input = document.getElementById(id);
      if (input) put(input, picture);
    };
    try {
      await load(`${page}?pick=on`);
    } catch {
      location.assign(page);
      return;
    }
    dialog.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const form = event.target;
      if (form.method === "get") {
        load(`${page}?${new URLSearchParams(new FormData(form))}`).catch(() => dialog.close());
        return;
      }
      const state = form.querySelector(".picture-state");
      const data = new FormData(form);
      state.classList.remove("wrong");
      state.textContent = form.dataset.sending;
      try {
        const about = { alt: data.get("alt"), decorative: data.has("decorative") };
        const news = await send(data.get("file"), about);
        if (!news.refused) return pick(news);
        state.textContent = news.refused;
      } catch {
        state.textContent = form.dataset.failed;
      }
      state.classList.add("wrong");
    });
    dialog.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-pick]");
      const other = event.target.closest("a[data-page]");
      if (chosen) {
        const { pick: path, alt, decorative } = chosen.dataset;
        pick({ path, alt, decorative: decorative !== undefined });
      } else if (other) {
        event.preventDefault();
        load(other.href)
          .then(() => dialog.querySelector("input[type=search]")?.focus())
          .catch(() => dialog.close());
      } else if (event.target === dialog || event.target.closest("[data-close]")) {
        event.preventDefault();
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      const opener = document.querySelector(`[data-picture-for="${CSS.escape(id)}"] a[data-pictures]`);
      if (document.activeElement === document.body) opener?.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[data-pick], input[type=file]")?.focus();
  }
})();

// Who chooses a colour of their own means it: the choice above it is made with it.
document.addEventListener("input", (event) => {
  if (event.target.type !== "color") return;
  const own = event.target.closest(".palette-own")?.querySelector("input[type=radio]");
  if (own) own.checked = true;
});
