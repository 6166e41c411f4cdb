// Rich text as a tree, as light markup means it, and as the document of the editor; and what that
// editor knows: no more than the tree.
"use strict";

window.lederbrev ??= {};
window.lederbrev.richTree = (() => {
  const { join, Runs, PLAIN } = window.lederbrev.markup;

  // The words and dialogs of the page, in its language.
  const words = () => document.getElementById("rich-words").dataset;
  const say = (text, values) => Object.entries(values).reduce((t, [name, value]) => t.replace(`%${name}%`, value), text);

  // Tree ↔ document

  const marksOf = ({ bold, italic, link }) => [
    ...(link ? [{ type: "link", attrs: { href: link } }] : []),
    ...(bold ? [{ type: "bold" }] : []),
    ...(italic ? [{ type: "italic" }] : []),
  ];
  const inline = (runs) => runs.flatMap((run) => {
    const marks = marksOf(run);
    if (run.name !== undefined) return [{ type: "name", attrs: { fallback: run.name }, marks }];
    return run.text.split("\n").flatMap((text, at) => [
      ...(at ? [{ type: "hardBreak", marks }] : []),
      ...(text ? [{ type: "text", text, marks }] : []),
    ]);
  });
  const paragraph = (runs) => ({ type: "paragraph", content: inline(runs) });
  const nodes = (parts) => parts.map((part) => {
    if (part.paragraph) return paragraph(part.paragraph);
    const items = (part.bullets ?? part.numbers).map((item) => ({ type: "listItem", content: [paragraph(item)] }));
    return { type: part.bullets ? "bulletList" : "orderedList", content: items };
  });
  const toDocument = (parts) => ({ type: "doc", content: parts.length ? nodes(parts) : [{ type: "paragraph" }] });

  function toParts(doc) {
    const items = [];
    doc.forEach((block) => {
      if (block.type.name === "paragraph") items.push({ kind: "paragraph", runs: runsOf([block]) });
      else {
        const kind = block.type.name === "bulletList" ? "bullets" : "numbers";
        block.forEach((item) => items.push({ kind, runs: runsOf(item.children) }));
      }
    });
    return join(items);
  }

  function runsOf(paragraphs) {
    const runs = new Runs();
    paragraphs.forEach((block, at) => {
      if (at) runs.char("\n");
      block.forEach((node) => {
        const style = { ...PLAIN };
        for (const mark of node.marks) style[mark.type.name] = mark.attrs.href ?? true;
        if (node.type.name === "name") runs.name(node.attrs.fallback, style);
        else if (node.type.name === "hardBreak") runs.char("\n", style);
        else runs.text(window.lederbrev.markup.lines(node.text), style);
      });
    });
    return runs.done;
  }

  // What the editor knows: what the tree knows.
  const extensions = () => {
    const t = window.tiptap;
    const Link = t.Mark.create({
      name: "link",
      priority: 1000,
      inclusive: false,
      addAttributes: () => ({ href: { default: null } }),
      parseHTML: () => [],
      renderHTML: ({ HTMLAttributes }) => ["a", { href: HTMLAttributes.href }, 0],
    });
    const Name = t.Node.create({
      name: "name",
      group: "inline",
      inline: true,
      atom: true,
      addAttributes: () => ({ fallback: { default: "" } }),
      parseHTML: () => [],
      renderHTML: ({ node }) => ["span",
        { class: "merge-name", "data-merge-name": node.attrs.fallback },
        say(words().name, { fallback: node.attrs.fallback })],
      renderText: ({ node }) => `{{navn|${node.attrs.fallback}}}`,
      addInputRules() {
        return [new t.InputRule({
          find: /\{\{\s*(?:navn|name)\s*\|?([^{}|]{0,100})\}\}$/i,
          handler: ({ state, range, match }) => {
            const fallback = match[1].trim() || words().fallback;
            state.tr.replaceWith(range.from, range.to, this.type.create({ fallback }));
          },
        })];
      },
    });
    // Underscores mean nothing in light markup, and "24. " begins a date more often than a list.
    const starred = (mark, find) => mark.extend({
      addInputRules() { return [t.markInputRule({ find, type: this.type })]; },
      addPasteRules: () => [],
    });
    const item = t.ListItem.extend({
      content: "paragraph+",
      // No lists in lists; Tab leaves the field, as in every other.
      addKeyboardShortcuts() { return { Enter: () => this.editor.commands.splitListItem(this.name) }; },
    });
    return [
      t.Document, t.Paragraph, t.Text, t.HardBreak, t.UndoRedo, Link, Name, item,
      starred(t.Bold, /(?:^|\s)(\*\*(?!\s)((?:[^*]+))\*\*)$/),
      starred(t.Italic, /(?:^|\s)(\*(?!\s)((?:[^*]+))\*)$/),
      t.BulletList,
      t.OrderedList.extend({ addAttributes: () => ({}), addInputRules: () => [] }),
      t.ListKeymap.extend({
        addKeyboardShortcuts() {
          const { Tab, ...others } = this.parent();
          return others;
        },
      }),
    ];
  };

  return { words, say, marksOf, nodes, toDocument, toParts, extensions };
})();
