// The shortcuts of the editor page, the dialog that lists them, and the switch for those of a single
// key: speech input and a slipped finger press such keys unasked (WCAG 2.1.4).
"use strict";

(() => {
  const { composer, outline } = window.lederbrev;
  if (!composer) return;
  const { form, step, add } = composer;
  const dialog = document.getElementById("keys");

  // Single keys

  const SETTING = "lederbrev-single-keys";
  const single = document.getElementById("single-keys");
  const show = () => document.getElementById("main").classList.toggle("no-single-keys", !single.checked);
  // A browser may refuse to keep anything; then it is for this page.
  try {
    single.checked = localStorage.getItem(SETTING) !== "off";
  } catch { /* as it stands */ }
  show();
  single.addEventListener("change", () => {
    show();
    try {
      localStorage.setItem(SETTING, single.checked ? "on" : "off");
    } catch { /* as it stands */ }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-keys]")) dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  // All keys

  const isTyping = (target) => target.isContentEditable
    || target.matches?.("input:not([type=checkbox], [type=radio], [type=color]), textarea, select");

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    const control = event.ctrlKey || event.metaKey;
    const block = target.closest?.(".block")?.dataset.block;
    if (document.querySelector("dialog[open]")) return;
    const act = () => {
      if (control && !event.altKey) {
        if (key.toLowerCase() === "s") return () => step("save", document.activeElement.id);
        if (key.toLowerCase() === "z" && !isTyping(target)) return () => outline.turn(event.shiftKey ? "redo" : "undo");
        if (target.dataset?.rich !== undefined && "bik".includes(key.toLowerCase())) return () => mark(target, key.toLowerCase());
      } else if (event.altKey && !control) {
        const way = { ArrowUp: "up", ArrowDown: "down" }[key];
        if (way && block) return () => step(`${way}:${block}`, document.activeElement.id);
      } else if (single.checked && !isTyping(target) && !event.altKey && !control) {
        if (key === "/") return () => add(block ?? form().elements.after.value);
        if (key === "?") return () => dialog.showModal();
      }
      return null;
    };
    const found = act();
    if (!found) return;
    event.preventDefault();
    found();
  });

  // Light markup around what is selected.
  function mark(field, key) {
    const [before, after] = { b: ["**", "**"], i: ["*", "*"], k: ["[", "](https://)"] }[key];
    const { selectionStart: from, selectionEnd: to, value } = field;
    field.setRangeText(before + value.slice(from, to) + after, from, to, "select");
    if (key === "k") field.setSelectionRange(from + 1 + (to - from) + 2, from + 1 + (to - from) + 2 + 8);
    else field.setSelectionRange(from + before.length, to + before.length);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
})();
