// Light markup ↔ the tree of rich text: the same as src/issues/markup, line for line, so that what
// the editor writes is what the server would write. A test holds the two against each other.
"use strict";

window.lederbrev ??= {};
window.lederbrev.markup = (() => {
  const NAME_LIMIT = 100; // characters of the words that stand for a name
  const ADDRESS_LIMIT = 2000;
  const PLAIN = { bold: false, italic: false, link: null };

  class MarkupError extends Error {}

  // No control and private-use characters, and no marks that turn the writing direction.
  const isClean = (c) => !/[\p{Cc}\uE000-\uF8FF\u202A-\u202E\u2066-\u2069\uFEFF]/u.test(c);
  const isBlank = (c) => c === " " || c === "\n";
  const trim = (line) => line.replace(/^[ \n]+|[ \n]+$/g, "");
  const lines = (text) =>
    [...text.replace(/\r\n|[\r\u2028\u2029]/g, "\n").replaceAll("\t", " ")]
      .filter((c) => c === "\n" || isClean(c)).join("");
  const line = (text) =>
    [...text.replace(/[ \t\n\r\u2028\u2029]+/g, " ")].filter(isClean).join("").replace(/^ +| +$/g, "");

  // An address as the server takes it, without the blanks around it; null when it takes none.
  function address(text) {
    const found = text.trim();
    const plain = [...found].every((c) => isClean(c) && !/[\s<>"\\`]/.test(c));
    if (!plain || [...found].length > ADDRESS_LIMIT) return null;
    let url;
    try {
      url = new URL(found);
    } catch {
      return null;
    }
    const web = /^https?:$/.test(url.protocol) && found.slice(url.protocol.length).startsWith("//")
      && url.hostname && !url.username && !url.password;
    const mail = url.protocol === "mailto:" && url.pathname.includes("@");
    return web || mail ? found : null;
  }

  // What a line is, and the line without its mark.
  function kindOf(text) {
    for (const bullet of ["- ", "• "]) {
      if (text.startsWith(bullet)) return ["bullets", text.slice(2).replace(/^[ \n]+/, "")];
    }
    const number = /^[0-9]{1,3}\. /.exec(text);
    return number ? ["numbers", text.slice(number[0].length).replace(/^[ \n]+/, "")] : ["paragraph", text];
  }

  // Runs that are canonical: neighbours of one style are one run, blanks are single, none stand at
  // the ends, and a blank between two styles has only what both have.
  class Runs {
    done = [];
    blank = null;

    text(text, style = PLAIN) {
      for (const c of text) this.char(c, style);
    }

    char(c, style = PLAIN) {
      if (isBlank(c)) {
        this.blank = this.blank === "\n" ? "\n" : c;
      } else {
        this.#writeBlank(style);
        this.#push(c, style);
      }
    }

    name(fallback, style = PLAIN) {
      this.#writeBlank(style);
      this.done.push({ name: fallback, ...style });
    }

    #writeBlank(next) {
      const last = this.done.at(-1);
      const blank = this.blank;
      this.blank = null;
      if (blank === null || !last) return;
      this.#push(blank, {
        bold: last.bold && next.bold,
        italic: last.italic && next.italic,
        link: last.link === next.link ? next.link : null,
      });
    }

    #push(c, style) {
      const last = this.done.at(-1);
      const same = last && last.text !== undefined
        && last.bold === style.bold && last.italic === style.italic && last.link === style.link;
      if (same) last.text += c;
      else this.done.push({ text: c, ...style });
    }
  }

  // Paragraphs and items → parts: neighbouring items of one kind are one list.
  function join(items) {
    const parts = [];
    for (const { kind, runs } of items) {
      if (!runs.length) continue;
      const last = parts.at(-1);
      if (kind === "paragraph") parts.push({ paragraph: runs });
      else if (last && last[kind]) last[kind].push(runs);
      else parts.push({ [kind]: [runs] });
    }
    return parts;
  }

  function read(markup) {
    const items = [];
    let goesOn = false;
    for (const raw of lines(markup).split("\n")) {
      const [kind, text] = kindOf(trim(raw));
      const last = items.at(-1);
      if (text === "") goesOn = false;
      else if (last && goesOn && kind === "paragraph") last.text += `\n${text}`;
      else {
        items.push({ kind, text });
        goesOn = true;
      }
    }
    return join(items.map(({ kind, text }) => ({ kind, runs: readInline(text) })));
  }

  function readName(chars, at) {
    if (chars[at] !== "{" || chars[at + 1] !== "{") return null;
    const window = chars.slice(at + 2, Math.min(chars.length, at + NAME_LIMIT + 20));
    const length = window.findIndex((c, i) => c === "}" && window[i + 1] === "}");
    if (length < 0) return null;
    const inner = window.slice(0, length).join("");
    const bar = inner.indexOf("|");
    const field = bar < 0 ? inner : inner.slice(0, bar);
    const fallback = bar < 0 ? "" : line(inner.slice(bar + 1));
    if (!["navn", "name"].includes(field.trim().toLowerCase()) || !fallback) throw new MarkupError(field);
    return { fallback, width: length + 4 };
  }

  function readLinkEnd(chars, start) {
    if (chars[start] !== "]" || chars[start + 1] !== "(") return null;
    let url = "";
    let depth = 0;
    const end = Math.min(chars.length, start + 2 * ADDRESS_LIMIT);
    for (let at = start + 2; at < end; at++) {
      const c = chars[at];
      if (c === "\\" && (chars[at + 1] === "(" || chars[at + 1] === ")")) {
        url += chars[at + 1];
        at += 1;
      } else if (c === ")" && depth === 0) {
        return { url, width: at + 1 - start };
      } else {
        depth += c === "(" ? 1 : c === ")" ? -1 : 0;
        url += c;
      }
    }
    return null;
  }

  function tokens(text) {
    const chars = [...text];
    const found = [];
    for (let at = 0; at < chars.length;) {
      const c = chars[at];
      const next = chars[at + 1];
      const canOpen = (width) => at + width < chars.length && !isBlank(chars[at + width]);
      let token = { char: c, width: 1 };
      let other;
      if (c === "\\" && next !== undefined && /^[!-/:-@[-`{-~•]$/.test(next)) token = { char: next, width: 2 };
      else if (c === "*" && next === "*") token = { mark: "bold", canOpen: canOpen(2), raw: "**", width: 2 };
      else if (c === "*") token = { mark: "italic", canOpen: canOpen(1), raw: "*", width: 1 };
      else if (c === "[") token = { mark: "link", raw: "[", width: 1 };
      else if ((other = readName(chars, at))) token = { name: other.fallback, width: other.width };
      else if ((other = readLinkEnd(chars, at))) {
        const raw = chars.slice(at, at + other.width).join("");
        token = { mark: "linkEnd", url: other.url, raw, width: other.width };
      }
      found.push(token);
      at += token.width;
    }
    return found;
  }

  // Which marks have a partner; a mark without one is text.
  function pair(found) {
    const open = { bold: null, italic: null, link: null };
    for (const token of found) {
      const { mark } = token;
      let opened = null;
      if (mark === "bold" || mark === "italic") {
        opened = open[mark];
        open[mark] = opened === null && token.canOpen ? token : null;
      } else if (mark === "link") {
        open.link = token;
      } else if (mark === "linkEnd") {
        opened = open.link;
        open.link = null;
      }
      if (opened) {
        opened.partner = token;
        token.partner = opened;
      }
    }
  }

  function readInline(text) {
    const found = tokens(text);
    pair(found);
    const runs = new Runs();
    let style = PLAIN;
    for (const token of found) {
      if (token.char !== undefined) runs.char(token.char, style);
      else if (token.name !== undefined) runs.name(token.name, style);
      else if (!token.partner) runs.text(token.raw, style);
      else if (token.mark === "linkEnd") style = { ...style, link: null };
      else if (token.mark === "link") {
        const url = address(token.partner.url);
        if (url === null) throw new MarkupError(token.partner.url);
        style = { ...style, link: url };
      } else style = { ...style, [token.mark]: !style[token.mark] };
    }
    return runs.done;
  }

  const write = (parts) => parts.map((part) => {
    if (part.paragraph) return writeInline(part.paragraph);
    if (part.bullets) return part.bullets.map((item) => `- ${writeInline(item)}`).join("\n");
    return part.numbers.map((item, at) => `${at + 1}. ${writeInline(item)}`).join("\n");
  }).join("\n\n");

  function writeInline(runs) {
    let out = "";
    let style = PLAIN;
    const closeLink = () => {
      if (style.link !== null) out += `](${style.link.replace(/[()]/g, "\\$&")})`;
    };
    for (const run of runs) {
      const isLinkNew = style.link !== run.link;
      if (isLinkNew) closeLink();
      if (style.bold !== run.bold) out += "**";
      if (style.italic !== run.italic) out += "*";
      if (isLinkNew && run.link !== null) out += "[";
      style = run;
      out += run.text === undefined ? `{{navn|${run.name}}}` : writeText(run.text, style, out);
    }
    closeLink();
    if (style.bold) out += "**";
    if (style.italic) out += "*";
    return out;
  }

  // Text with a backslash before what would be a mark.
  function writeText(text, { bold, italic, link }, before) {
    let out = "";
    text.split("\n").forEach((whole, at) => {
      let rest = whole;
      if (at > 0) out += "\n";
      const startsLine = at > 0 || before === "" || before.endsWith("\n");
      if (startsLine && kindOf(rest)[0] !== "paragraph") {
        const mark = /^[0-9]/.test(rest) ? rest.search(/[ .]/) : 0;
        out += `${rest.slice(0, mark)}\\${rest[mark]}`;
        rest = rest.slice(mark + 1);
      }
      for (let i = 0; i < rest.length; i++) {
        const c = rest[i];
        const next = rest[i + 1];
        const isMark = c === "\\" || (c === "*" && (bold || italic || next !== " " || (at === 0 && i === 0 && before.endsWith("*"))))
          || (c === "{" && (next === undefined || next === "{")) || (c === "]" && next === "(")
          || (c === "[" && link !== null);
        out += isMark ? `\\${c}` : c;
      }
    });
    return out;
  }

  return { read, write, join, Runs, address, lines, line, PLAIN };
})();
