// What is pasted, as the tree of rich text: from Word, Outlook, Google Docs, web pages and plain
// text. What is not paragraph, list, bold, italic, link or name is dropped. The HTML is first cut
// down to a few tags by a scanner that only goes forward, so that nothing hostile (or only
// large) ever reaches the browser's own reader of HTML.
"use strict";

window.lederbrev ??= {};
window.lederbrev.paste = (() => {
  const { Runs, join, address, lines, PLAIN } = window.lederbrev.markup;

  const KEPT = new Set(("p div br b strong i em u span a ul ol li table tbody thead tfoot tr td th caption h1 h2 h3 h4 h5 h6 "
    + "blockquote pre section article header footer main aside nav figure figcaption dl dt dd hr img address center font").split(" "));
  const SKIPPED = new Set(("head title script style svg math iframe object embed template noscript xml audio video canvas "
    + "select textarea button").split(" "));
  const BLOCK = new Set(("p div ul ol li table tbody thead tfoot tr td th caption h1 h2 h3 h4 h5 h6 blockquote pre section "
    + "article header footer main aside nav figure figcaption dl dt dd hr address center").split(" "));
  const ATTRIBUTES = new Set(["href", "style", "class", "width", "hidden", "data-merge-name"]);
  const HEADING = /^h[1-6]$/;
  // Readers of HTML take time that grows with the square of the depth. What closes by itself does
  // not count.
  const DEPTH_LIMIT = 200;
  const FLAT = new Set("p br hr img li dt dd tr td th thead tbody tfoot".split(" "));

  // Scanning

  function clean(html) {
    const low = html.toLowerCase();
    let out = "";
    let at = 0;
    let depth = 0;
    while (at < html.length) {
      const open = html.indexOf("<", at);
      if (open < 0) return out + html.slice(at);
      out += html.slice(at, open);
      if (html.startsWith("<!--", open)) {
        const end = html.indexOf("-->", open + 4);
        if (end < 0) return out;
        at = end + 3;
      } else if (/[!?]/.test(html[open + 1] ?? "")) {
        const end = html.indexOf(">", open);
        if (end < 0) return out;
        at = end + 1;
      } else if (!/[a-z/]/i.test(html[open + 1] ?? "")) {
        out += "&lt;";
        at = open + 1;
      } else {
        const tag = readTag(html, open);
        at = tag.end;
        if (tag.closes) {
          if (!KEPT.has(tag.name)) continue;
          if (!FLAT.has(tag.name)) depth = Math.max(0, depth - 1);
          if (depth < DEPTH_LIMIT) out += `</${tag.name}>`;
        } else if (SKIPPED.has(tag.name)) {
          const end = low.indexOf(`</${tag.name}`, at);
          if (end >= 0) at = readTag(html, end).end;
          else if (tag.name !== "head") return out;
        } else if (KEPT.has(tag.name)) {
          if (!FLAT.has(tag.name)) depth += 1;
          if (depth <= DEPTH_LIMIT) out += `<${tag.name}${tag.attributes}>`;
        }
      }
    }
    return out;
  }

  // One tag, with the attributes that are kept; `style` is renamed, because no style is wanted here
  // and the pages' policy would report it.
  function readTag(html, start) {
    let at = start + 1;
    const closes = html[at] === "/";
    if (closes) at += 1;
    const nameStart = at;
    while (at < html.length && !/[\s/>]/.test(html[at])) at += 1;
    const name = html.slice(nameStart, at).toLowerCase();
    let attributes = "";
    while (at < html.length && html[at] !== ">") {
      if (/[\s/]/.test(html[at])) {
        at += 1;
        continue;
      }
      const wordStart = at;
      while (at < html.length && !/[\s/>=]/.test(html[at])) at += 1;
      const word = html.slice(wordStart, at).toLowerCase();
      while (at < html.length && /\s/.test(html[at])) at += 1;
      let value = "";
      if (html[at] === "=") {
        at += 1;
        while (at < html.length && /\s/.test(html[at])) at += 1;
        const quote = html[at];
        if (quote === "\"" || quote === "'") {
          const end = html.indexOf(quote, at + 1);
          value = html.slice(at + 1, end < 0 ? html.length : end);
          at = end < 0 ? html.length : end + 1;
        } else {
          const valueStart = at;
          while (at < html.length && !/[\s>]/.test(html[at])) at += 1;
          value = html.slice(valueStart, at);
        }
      }
      if (!closes && ATTRIBUTES.has(word)) {
        attributes += ` ${word === "style" ? "data-style" : word}="${value.replaceAll("\"", "&quot;")}"`;
      }
    }
    return { name, closes, attributes, end: at + 1 };
  }

  // Reading

  const property = (element, name) => {
    const style = element.getAttribute("data-style");
    if (!style) return "";
    return new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]*)`, "i").exec(style)?.[1].trim().toLowerCase() ?? "";
  };
  const isHidden = (element) => element.hasAttribute("hidden") || property(element, "display") === "none"
    || property(element, "visibility") === "hidden" || property(element, "mso-hide") === "all"
    || /^0(px|pt|em)?$/.test(property(element, "font-size"));
  const isMarker = (element) => /ignore/.test(property(element, "mso-list"));

  function styleOf(element, name, { bold, italic, link }) {
    const weight = property(element, "font-weight");
    if (/^(bold|bolder|[6-9]00)$/.test(weight)) bold = true;
    else if (/^(normal|lighter|[1-4]00)$/.test(weight)) bold = false;
    else if (name === "b" || name === "strong") bold = true;
    const slant = property(element, "font-style");
    if (/^(italic|oblique)/.test(slant)) italic = true;
    else if (slant === "normal") italic = false;
    else if (name === "i" || name === "em") italic = true;
    if (name === "a") link = address(element.getAttribute("href") ?? "") ?? link;
    return { bold, italic, link };
  }

  // The kind of list that a paragraph of Word belongs to; null for one of none.
  function wordList(element) {
    if (!/\bl\d+\s+level/.test(property(element, "mso-list"))) return null;
    const marker = [...element.querySelectorAll("span")].find(isMarker)?.textContent ?? "";
    return /^[\s\u00a0([]*(\d+|[a-z]|[ivxlc]+)[.)\]]/i.test(marker) ? "numbers" : "bullets";
  }

  class Reader {
    items = [];
    images = 0;
    current = null;

    close() {
      this.current = null;
    }

    // The place of an item of a list stays one while paragraphs begin and end in it.
    start(context) {
      const open = context.place?.item;
      if (open) {
        this.current = open;
        if (open.pieces.at(-1)?.text !== "\n") open.pieces.push({ text: "\n", style: PLAIN });
      } else {
        this.close();
      }
    }

    put(context, piece) {
      if (!this.current) {
        this.current = { kind: context.kind, pieces: [] };
        this.items.push(this.current);
        if (context.place) context.place.item = this.current;
      }
      this.current.pieces.push({ ...piece, style: context.style });
    }

    text(context, text) {
      const words = context.pre ? text : text.replace(/[ \t\n\r\f]+/g, " ");
      if (!this.current && /^[\s\u00a0]*$/.test(words)) return;
      // A name that was typed as light markup is one.
      words.split(/(\{\{\s*(?:navn|name)\s*\|[^{}|]{1,100}\}\})/i).forEach((part, at) => {
        const fallback = at % 2 ? part.slice(part.indexOf("|") + 1, -2).trim() : "";
        if (fallback) this.put(context, { name: fallback });
        else if (part) this.put(context, { text: part });
      });
    }

    lineBreak(context) {
      if (!this.current) return;
      if (this.current.pieces.at(-1)?.text === "\n") this.close();
      else this.put(context, { text: "\n" });
    }

    node(node, context) {
      if (node.nodeType === 3) return this.text(context, node.data);
      if (node.nodeType !== 1) return undefined;
      const name = node.localName;
      if (isHidden(node) || isMarker(node)) return undefined;
      if (name === "br") return this.lineBreak(context);
      if (name === "img") {
        this.images += Number(node.getAttribute("width") ?? 2) > 1 ? 1 : 0;
        return undefined;
      }
      if (node.hasAttribute("data-merge-name")) {
        return this.put(context, { name: node.getAttribute("data-merge-name") });
      }
      if (node.className === "Apple-converted-space") return this.text(context, " ");
      const inner = { ...context, style: styleOf(node, name, context.style) };
      if (HEADING.test(name)) inner.style = { ...inner.style, bold: true };
      if (name === "pre") inner.pre = true;
      const list = name === "li" ? context.list ?? "bullets" : wordList(node);
      if (list) Object.assign(inner, { kind: list, place: {} });
      if (name === "ul" || name === "ol") inner.list = name === "ul" ? "bullets" : "numbers";
      const isBlock = BLOCK.has(name);
      if (list || name === "ul" || name === "ol") this.close();
      else if (isBlock) this.start(context);
      for (const child of node.childNodes) this.node(child, inner);
      if (isBlock) this.close();
      return undefined;
    }

    parts() {
      return join(this.items.map(({ kind, pieces }) => {
        const shown = pieces.some((piece) => piece.name !== undefined || /[^\s\u00a0\u200b]/.test(piece.text));
        const runs = new Runs();
        if (shown) {
          trimmed(pieces).forEach((piece) => {
            if (piece.name === undefined) runs.text(lines(piece.text), piece.style);
            else runs.name(piece.name, piece.style);
          });
        }
        return { kind, runs: runs.done };
      }));
    }
  }

  // Without the no-break spaces that Word puts at the ends.
  function trimmed(pieces) {
    const cut = pieces.map((piece) => ({ ...piece }));
    for (const [edge, pattern] of [[0, /^[\s\u00a0]+/], [-1, /[\s\u00a0]+$/]]) {
      while (cut.length && cut.at(edge).text !== undefined) {
        cut.at(edge).text = cut.at(edge).text.replace(pattern, "");
        if (cut.at(edge).text) break;
        cut.splice(edge, 1);
      }
    }
    return cut;
  }

  // HTML → { parts, images }.
  function fromHtml(html) {
    const page = new DOMParser().parseFromString(clean(html), "text/html");
    const reader = new Reader();
    const context = { kind: "paragraph", style: PLAIN, list: null, place: null, pre: false };
    for (const child of page.body.childNodes) reader.node(child, context);
    return { parts: reader.parts(), images: reader.images };
  }

  // Plain text → { parts, images }: empty lines divide paragraphs. Lines are items of a list when
  // they begin with a bullet, or when several in a row begin with "- " or count 1, 2, …: one line
  // alone may be a remark or a date.
  function fromText(text) {
    const reader = new Reader();
    const context = { kind: "paragraph", style: PLAIN, list: null, place: null, pre: true };
    const all = lines(text).split("\n").map((line) => line.trim());
    const bullet = (line) => /^[•·▪‣]\s*/.exec(line ?? "");
    const dash = (line) => /^[-–*]\s+/.exec(line ?? "");
    const number = (line) => /^(\d{1,3})[.)]\s+/.exec(line ?? "");
    let count = 0;
    all.forEach((line, at) => {
      const isDashed = dash(line) && (dash(all[at - 1]) || dash(all[at + 1]));
      const next = Number(number(line)?.[1] ?? 0);
      const counts = next > 0 && next === count + 1 && (next > 1 || Number(number(all[at + 1])?.[1]) === 2);
      count = counts ? next : 0;
      const mark = bullet(line) ?? (isDashed ? dash(line) : counts ? number(line) : null);
      const rest = mark ? line.slice(mark[0].length) : line;
      if (mark || !line) reader.close();
      else if (reader.current?.kind === "paragraph") reader.lineBreak(context);
      else reader.close();
      if (rest) reader.text({ ...context, kind: mark ? (counts ? "numbers" : "bullets") : "paragraph" }, rest);
      if (mark) reader.close();
    });
    return { parts: reader.parts(), images: 0 };
  }

  return { fromHtml, fromText };
})();
