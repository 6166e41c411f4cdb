// The menu of kinds of blocks: it opens where the block will be, is filtered by typing, and is walked
// through with the arrows. Without JavaScript it stands where a step of the form has put it.
"use strict";

(() => {
  const { composer } = window.lederbrev;
  if (!composer) return;
  const { form } = composer;
  const menu = () => document.getElementById("add");
  const field = () => document.getElementById("add-filter");
  const all = () => [...menu().querySelectorAll(".add-kind")];
  const found = () => all().filter((choice) => !choice.parentElement.hidden);
  let opener = null; // the id of what had the keyboard when it was opened

  // Where it stands

  const isAtHome = () => menu().previousElementSibling === document.getElementById("blocks");
  const goHome = () => document.getElementById("blocks").after(menu());

  // Below a block, above the first ("start"), or below all.
  function open(place) {
    if (!menu()) return;
    opener = document.activeElement?.id;
    const block = document.getElementById(`block-${place}`);
    if (place === "start" && document.getElementById("place-start")) document.getElementById("place-start").after(menu());
    else if (block?.nextElementSibling) block.append(menu());
    else goHome();
    form().elements.after.value = place;
    menu().open = true;
    field().value = "";
    filter();
    menu().scrollIntoView({ block: "nearest" });
    field().focus();
  }

  function close() {
    menu().open = false;
    if (!isAtHome()) goHome();
    const back = opener && document.getElementById(opener);
    (back?.checkVisibility() ? back : menu().querySelector("summary")).focus();
    if (form().elements.after.value === "start") form().elements.after.value = "";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[value^='place:']");
    if (button && button.form === form()) {
      event.preventDefault();
      open(button.value.slice("place:".length));
    } else if (event.target.closest?.("#add > summary")) {
      // Below all blocks it adds there, whichever block was in use before.
      if (isAtHome()) form().elements.after.value = "";
      else {
        event.preventDefault();
        close();
      }
    }
  }, true);

  // What is found

  // Letters that are all on every keyboard: "aa" is å, "ae" æ and "oe" ø, "ekursus" is "E-kursus".
  const plain = (text) => text.normalize("NFC").toLowerCase()
    .replaceAll("æ", "ae").replaceAll("ø", "oe").replaceAll("å", "aa")
    .normalize("NFD").replace(/[^a-z0-9]/g, "");
  const begins = (text, typed) => text.split(/\s+/).some((word) => plain(word).startsWith(typed));

  function rank(choice, typed) {
    const [name, about] = ["b", "span"].map((part) => choice.querySelector(part).textContent);
    if (plain(name).startsWith(typed)) return 0;
    if (begins(name, typed)) return 1;
    if (plain(name).includes(typed)) return 2;
    return begins(about, typed) ? 3 : 4;
  }

  // Those whose name or words begin with what is typed: those whose name does stand first.
  function filter() {
    const shown = field().value.replace(/[\u202A-\u202E\u2066-\u2069]/g, "").trim();
    const typed = plain(shown);
    const is = shown !== "";
    all().forEach((choice, at) => { choice.dataset.order ??= at; });
    const ranked = all().map((choice) => ({ choice, rank: is ? (typed ? rank(choice, typed) : 4) : 0, order: Number(choice.dataset.order) }));
    ranked.sort((a, b) => a.rank - b.rank || a.order - b.order);
    menu().querySelector("ul").append(...ranked.map(({ choice }) => choice.parentElement));
    for (const { choice, rank } of ranked) {
      choice.parentElement.hidden = rank === 4;
      choice.classList.remove("first");
    }
    const first = found()[0];
    if (is) first?.classList.add("first");
    const words = document.getElementById("add-found");
    if (!is) words.textContent = "";
    else if (first) words.textContent = words.dataset.first.replace("%kind%", first.querySelector("b").textContent);
    else words.textContent = words.dataset.none.replace("%typed%", shown);
  }

  document.addEventListener("input", (event) => {
    if (event.target === field()) filter();
  });

  // The keyboard

  // The nearest choice above or below.
  function beyond(from, way) {
    const at = from.getBoundingClientRect();
    const far = (choice) => (choice.getBoundingClientRect().top - at.top) * way;
    const aside = (choice) => Math.abs(choice.getBoundingClientRect().left - at.left);
    const there = found().filter((choice) => far(choice) > 4);
    return there.sort((a, b) => far(a) - far(b) || aside(a) - aside(b))[0];
  }

  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#add") || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const { key, target } = event;
    const isOther = event.ctrlKey || event.altKey || event.metaKey;
    const choices = found();
    const at = choices.indexOf(target);
    if (key === "Escape" && menu().open) {
      event.preventDefault();
      close();
    } else if (target === field()) {
      if (key === "Enter") {
        event.preventDefault();
        if (field().value.trim()) choices[0]?.click();
      } else if (key === "ArrowDown" || key === "ArrowUp") {
        event.preventDefault();
        choices.at(key === "ArrowDown" ? 0 : -1)?.focus();
      }
    } else if (at >= 0 && !isOther) {
      const to = {
        ArrowRight: () => choices[at + 1], ArrowLeft: () => choices[at - 1] ?? field(),
        ArrowDown: () => beyond(target, 1), ArrowUp: () => beyond(target, -1) ?? field(),
        Home: () => choices[0], End: () => choices.at(-1),
      }[key];
      if (to) {
        event.preventDefault();
        to()?.focus();
      } else if (key.length === 1 && key !== " " && key !== "/" && key !== "?") {
        // Whoever goes on typing is looking for something else.
        field().focus();
      }
    }
  });

  Object.assign(composer, { add: open });
})();
