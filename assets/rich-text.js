// Rich text fields: each textarea with light markup becomes an editor in which bold is bold. The
// textarea stays the field of the form; every change is written back into it as light markup.
// An editor is made when its field is to be seen, so that 200 blocks cost no more than the open ones.
"use strict";

window.lederbrev ??= {};
window.lederbrev.richText = (() => {
  const { read, write, address, PLAIN } = window.lederbrev.markup;
  const { words, say, marksOf, nodes, toDocument, toParts, extensions } = window.lederbrev.richTree;
  const LIMIT = 20000; // characters of markup: the server's TEXT_LIMIT
  const HTML_LIMIT = 2000000; // beyond, only the text of what is pasted is taken
  const fields = new Map(); // id of the field → { editor, source, tools }

  // One field

  function make(source) {
    let parts;
    try {
      parts = read(source.value);
    } catch {
      return; // markup with a mistake, which the error beside it explains, is mended as markup
    }
    const id = source.id;
    const field = source.closest(".field");
    const label = field.querySelector("label");
    label.id = `${id}-label`;
    const place = document.createElement("div");
    place.className = "rich";
    const notice = Object.assign(document.createElement("p"), { className: "rich-notice", id: `${id}-notice` });
    notice.setAttribute("role", "status");
    const known = { source, notice };
    known.editor = new window.tiptap.Editor({
      element: place,
      extensions: extensions(),
      content: toDocument(parts),
      injectCSS: false,
      enablePasteRules: false,
      editorProps: {
        attributes: {
          id, role: "textbox", "aria-multiline": "true", "aria-labelledby": label.id, tabindex: "0",
          "aria-describedby": `${source.getAttribute("aria-describedby").replace(`${id}-markup `, "")} ${id}-notice`, class: "rich-text",
          ...(source.hasAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}),
        },
        handleDOMEvents: {
          paste: (_, event) => take(known, event.clipboardData, event),
          drop: (view, event) => !view.dragging && take(known, event.dataTransfer, event),
        },
        handleKeyDown: (_, event) => keys(known, event),
      },
      onUpdate: ({ editor }) => {
        source.value = write(toParts(editor.state.doc));
        notice.textContent = "";
        source.dispatchEvent(new Event("input", { bubbles: true }));
      },
    });
    const isThere = document.activeElement === source;
    source.id = `${id}-source`;
    source.hidden = true;
    source.removeAttribute("data-rich");
    label.addEventListener("click", () => known.editor.commands.focus());
    known.tools = toolbar(known, label.textContent);
    source.before(known.tools, place);
    source.after(notice);
    field.querySelectorAll(".hint-markup").forEach((hint) => hint.remove());
    fields.set(id, known);
    // Tab may be faster than the unfolding.
    if (isThere) known.editor.view.focus();
  }

  // Making editors for the fields that are to be seen, and forgetting those that went.
  function enhance(root) {
    for (const [id, known] of fields) {
      if (known.source.isConnected) continue;
      known.editor.destroy();
      fields.delete(id);
    }
    for (const source of root.querySelectorAll("textarea[data-rich]")) {
      const closed = source.closest("details:not([open])");
      if (!closed) make(source);
    }
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.querySelector?.("textarea[data-rich]")) enhance(event.target);
  }, true);

  // Toolbar

  function toolbar(known, label) {
    const tools = document.getElementById("rich-tools").content.firstElementChild.cloneNode(true);
    tools.setAttribute("aria-label", say(words().tools, { field: label }));
    const buttons = [...tools.querySelectorAll("button")];
    buttons.forEach((button, at) => {
      button.tabIndex = at ? -1 : 0;
      button.setAttribute("aria-controls", known.editor.view.dom.id);
    });
    const { editor } = known;
    const active = {
      bold: () => editor.isActive("bold"),
      italic: () => editor.isActive("italic"),
      bullets: () => editor.isActive("bulletList"),
      numbers: () => editor.isActive("orderedList"),
    };
    editor.on("transaction", () => {
      for (const button of buttons) {
        const is = active[button.dataset.tool];
        if (is) button.setAttribute("aria-pressed", String(is()));
      }
    });
    tools.addEventListener("mousedown", (event) => event.preventDefault());
    tools.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      use(known, button.dataset.tool);
      // The mouse goes on in the text; the keyboard stays where it is.
      if (event.detail > 0 && !document.querySelector("dialog[open]")) editor.commands.focus();
    });
    tools.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(event.target);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const next = buttons.at(to % buttons.length);
      buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
      next.focus();
    });
    return tools;
  }

  function use(known, tool) {
    const { commands } = known.editor;
    if (tool === "bold") commands.toggleMark("bold");
    else if (tool === "italic") commands.toggleMark("italic");
    else if (tool === "bullets") commands.toggleList("bulletList", "listItem");
    else if (tool === "numbers") commands.toggleList("orderedList", "listItem");
    else if (tool === "link") askLink(known);
    else askName(known);
  }

  function keys(known, event) {
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!control || event.key.toLowerCase() !== "k") return false;
    event.preventDefault();
    askLink(known);
    return true;
  }

  // Dialogs

  function ask(name, fill, done) {
    const dialog = document.getElementById(name).content.firstElementChild.cloneNode(true);
    const form = dialog.querySelector("form");
    const error = dialog.querySelector(".field-error");
    fill(form.elements, dialog);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const wrong = done(event.submitter?.value ?? "insert", form.elements);
      if (!wrong) return dialog.close();
      error.textContent = wrong;
      error.hidden = false;
      const field = form.querySelector(`[aria-describedby~="${error.id}"]`);
      field.setAttribute("aria-invalid", "true");
      field.focus();
      return undefined;
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
    return dialog;
  }

  const asAddress = (typed) => {
    const text = typed.trim();
    if (/^[^\s/@:]+@[^\s/@:]+\.[^\s/@:]+$/.test(text)) return address(`mailto:${text}`);
    if (/^[^\s/@:]+\.[a-z]{2,}(?:[/?#]\S*)?$/i.test(text)) return address(`https://${text}`);
    return address(text);
  };

  function askLink({ editor }) {
    const chosen = () => editor.state.selection;
    if (editor.isActive("link")) editor.commands.extendMarkRange("link");
    const old = editor.getAttributes("link").href ?? "";
    const { from, to, empty } = chosen();
    const dialog = ask("link-dialog", (elements, box) => {
      elements.address.value = old;
      elements.words.value = editor.state.doc.textBetween(from, to, " ");
      box.querySelector("[data-words]").hidden = !empty;
      box.querySelector("[value=remove]").hidden = !old;
    }, (verb, elements) => {
      if (verb === "remove") {
        editor.chain().unsetMark("link").run();
        return "";
      }
      const href = asAddress(elements.address.value);
      if (!href) return words().wrongAddress;
      if (empty) {
        const text = elements.words.value.trim() || href.replace(/^mailto:|^https?:\/\//, "").replace(/\/$/, "");
        editor.commands.insertContent({ type: "text", text, marks: marksOf({ link: href }) });
      } else {
        editor.chain().setMark("link", { href }).setTextSelection(to).run();
      }
      return "";
    });
    closing(dialog, editor);
  }

  function askName({ editor }) {
    const { selection } = editor.state;
    const old = selection.node?.type.name === "name" ? selection.node.attrs.fallback : "";
    const dialog = ask("name-dialog", (elements) => {
      elements.fallback.value = old || words().fallback;
    }, (_, elements) => {
      const fallback = elements.fallback.value.replace(/[{}|]/g, "").trim();
      if (!fallback) return words().wrongFallback;
      editor.commands.insertContent({ type: "name", attrs: { fallback } });
      return "";
    });
    closing(dialog, editor);
  }

  function closing(dialog, editor) {
    dialog.addEventListener("close", () => {
      dialog.remove();
      editor.commands.focus();
    });
  }

  // Pasting

  const number = (count) => count.toLocaleString(document.documentElement.lang);

  function take(known, data, event) {
    if (!data) return false;
    event.preventDefault();
    const { editor, notice } = known;
    const text = data.getData("text/plain");
    const html = data.getData("text/html");
    const tell = (words) => { notice.textContent = words; };
    if (text.length > LIMIT) {
      tell(say(words().tooLong, { length: number(text.length), limit: number(LIMIT) }));
      return true;
    }
    if (html.length > HTML_LIMIT && !text) {
      tell(words().tooLarge);
      return true;
    }
    if (!html && !text) {
      if (data.files.length) tell(words().pictures);
      return true;
    }
    if (event.type === "drop") {
      const at = editor.view.posAtCoords({ left: event.clientX, top: event.clientY });
      if (at) editor.commands.setTextSelection(at.pos);
    }
    const url = /^\S+$/.test(text.trim()) ? address(text) : null;
    const { selection } = editor.state;
    if (url && !selection.empty && selection.$from.sameParent(selection.$to)) {
      editor.chain().setMark("link", { href: url }).run();
      return true;
    }
    const plain = event.shiftKey || !html || html.length > HTML_LIMIT;
    const { parts, images } = url && plain
      ? { parts: [{ paragraph: [{ text: url, ...PLAIN, link: url }] }], images: 0 }
      : plain ? window.lederbrev.paste.fromText(text) : window.lederbrev.paste.fromHtml(html);
    const length = insert(editor, parts, text);
    if (length) tell(say(words().tooLong, { length: number(length), limit: number(LIMIT) }));
    else if (html.length > HTML_LIMIT) tell(words().onlyText);
    else if (images) tell(words().pictures);
    return true;
  }

  // Puts parts in the place of what is chosen; answers with the length when that would be too much.
  function insert(editor, parts, text) {
    if (!parts.length) return 0;
    const { Fragment, Slice } = window.tiptap;
    const { schema, tr } = editor.state;
    const made = Fragment.from(nodes(parts).map((node) => schema.nodeFromJSON(node)));
    const first = parts[0].paragraph;
    let slice;
    if (parts.length === 1 && first) {
      // Words in a line keep the blanks at their ends.
      const blank = (is) => (is ? [schema.text(" ")] : []);
      const content = [...blank(/^ /.test(text)), ...made.firstChild.children, ...blank(/ $/.test(text))];
      slice = new Slice(Fragment.from(content), 0, 0);
    } else {
      slice = new Slice(made, first ? 1 : 0, parts.at(-1).paragraph ? 1 : 0);
    }
    tr.replaceSelection(slice).scrollIntoView().setMeta("paste", true).setMeta("uiEvent", "paste");
    const length = [...write(toParts(tr.doc))].length;
    if (length > LIMIT) return length;
    editor.view.dispatch(tr);
    return 0;
  }

  // Where the cursor is, over a step that makes the form anew.
  const place = (id) => {
    const known = fields.get(id);
    return known && { id, from: known.editor.state.selection.from, to: known.editor.state.selection.to };
  };
  const goTo = ({ id, from, to }) => {
    const editor = fields.get(id)?.editor;
    const end = editor?.state.doc.content.size ?? 0;
    return editor?.chain().focus().setTextSelection({ from: Math.min(from, end), to: Math.min(to, end) }).run() ?? false;
  };
  const focus = (id) => fields.get(id)?.editor.commands.focus() ?? false;

  return { enhance, place, goTo, focus, toParts, toDocument, fields, LIMIT };
})();
