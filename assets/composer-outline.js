// The outline of an issue: which blocks there are, in which order, which of them are hidden, and how many
// projects a list has. All can be folded at once, and changes of the outline are taken back and made again. What was typed in
// a block stays with it, and going back keeps what has been typed since.
"use strict";

window.lederbrev ??= {};
window.lederbrev.outline = (() => {
  const MOST = 100; // changes that are kept
  const undone = { undo: [], redo: [] }; // outlines to go to, the nearest last
  const form = () => document.getElementById("composer");

  // An outline: the id of each block → its fields as pairs of name and value.

  function read(pairs) {
    const outline = new Map();
    for (const pair of pairs) {
      const id = /^blocks\.([^.]+)\./.exec(pair[0])?.[1];
      if (id) outline.set(id, [...(outline.get(id) ?? []), pair]);
    }
    return outline;
  }

  const isMark = (id) => ([name]) => name === `blocks.${id}.hidden`;
  const isHidden = (outline, id) => outline.get(id).some(isMark(id));
  const isProject = ([name]) => /^blocks\.[^.]+\.projects\./.test(name);
  const projects = (outline, id) => new Set(outline.get(id).filter(isProject).map(([name]) => name.split(".")[3])).size;
  const shape = (outline) => [...outline.keys()].map((id) => `${id}${isHidden(outline, id)}${projects(outline, id)}`).join(" ");

  // What is typed, with the blocks of an earlier outline.
  function arrange(pairs, outline) {
    const now = read(pairs);
    const others = pairs.filter(([name]) => !name.startsWith("blocks."));
    const blocks = [...outline].flatMap(([id, then]) => {
      const fields = (now.get(id) ?? then).filter((pair) => !isMark(id)(pair));
      // Projects have no names of their own: with another number of them, all are what they were.
      const same = !now.has(id) || projects(now, id) === projects(outline, id);
      const kept = same ? fields : [...fields.filter((pair) => !isProject(pair)), ...then.filter(isProject)];
      return [...kept, ...then.filter(isMark(id))];
    });
    return [...others, ...blocks];
  }

  // The block that differs most visibly: one that is back, one that moved, one that is shown again;
  // where one went, its neighbour.
  function difference(from, to) {
    const [old, ids] = [[...from.keys()], [...to.keys()]];
    const both = ids.filter((id) => from.has(id));
    const stayed = old.filter((id) => to.has(id));
    return ids.find((id) => !from.has(id))
      ?? both.find((id, at) => id !== stayed[at])
      ?? both.find((id) => isHidden(from, id) !== isHidden(to, id) || projects(from, id) !== projects(to, id))
      ?? ids[Math.min(old.findIndex((id) => !to.has(id)), ids.length - 1)];
  }

  // Remembers how it was, when a step has changed it.
  function remember(before, after) {
    const earlier = read(before);
    if (shape(earlier) === shape(read(after))) return;
    undone.undo.push(earlier);
    undone.undo.splice(0, undone.undo.length - MOST);
    undone.redo = [];
  }

  const tell = (words) => {
    const region = document.getElementById("told");
    // The same words twice are said twice.
    region.textContent = "";
    setTimeout(() => { region.textContent = words; }, 50);
  };

  // Takes the last change back ("undo"), or makes it again ("redo").
  async function turn(way, focus) {
    const { step, text, typed } = window.lederbrev.composer;
    const other = way === "undo" ? "redo" : "undo";
    const target = undone[way].at(-1);
    if (!target) return tell(text("nothing"));
    let now;
    const taken = await step("autosave", focus, {
      arrange: (pairs) => {
        now = read(pairs);
        return arrange(pairs, target);
      },
    });
    if (!taken) return undefined;
    undone[way].pop();
    undone[other].push(now);
    refresh();
    const block = document.getElementById(`block-${difference(now, read(typed()))}`);
    block?.classList.add("arrived");
    block?.scrollIntoView({ block: "center" });
    const button = focus && document.getElementById(focus);
    (button && !button.disabled ? button : block?.querySelector("summary") ?? form()).focus();
    return tell(text(way === "undo" ? "undone" : "redone"));
  }

  function refresh() {
    for (const way of ["undo", "redo"]) {
      const button = document.getElementById(`outline-${way}`);
      if (button) button.disabled = !undone[way].length;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-fold], [data-turn]");
    if (!button) return;
    if (button.dataset.turn) turn(button.dataset.turn, button.id);
    else for (const block of form().querySelectorAll(".block > details")) block.open = button.dataset.fold === "none";
  });

  return { remember, turn, refresh, canUndo: () => undone.undo.length > 0 };
})();
