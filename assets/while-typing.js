// A form whose answer is looked at while it is filled in: the parts of the page that it names by their
// ids (data-while-typing) are fetched again with what is typed, and what came of it (data-status of
// the first) is said to those who do not see it. Without this script its button does it.
"use strict";
(() => {
  const form = document.querySelector("form[data-while-typing]");
  if (!form) return;
  const ids = form.dataset.whileTyping.split(" ");
  const status = document.getElementById("while-typing");
  const isRead = form.method === "get";
  let timer = 0;
  let asking = new AbortController();

  // What was open stays open, and who stands on the third link of it stands on the third one again.
  const replace = (old, part) => {
    if (!old || !part) return;
    const stops = (of) => [...of.querySelectorAll("a, button, input, summary, [tabindex]")];
    const at = stops(old).indexOf(document.activeElement);
    const titles = [...old.querySelectorAll("details[open] > summary")].map((it) => it.textContent);
    for (const summary of part.querySelectorAll("details > summary")) {
      if (titles.includes(summary.textContent)) summary.parentElement.open = true;
    }
    old.replaceWith(document.adoptNode(part));
    if (at >= 0) stops(part)[at]?.focus({ preventScroll: true });
  };

  const look = async () => {
    asking.abort();
    asking = new AbortController();
    // Emptied first: the same words are said again, when they are the answer again.
    status.textContent = "";
    // Only what is said: an address with every empty field says nothing to who reads it.
    const said = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(said);
    const address = isRead ? `${form.action}?${query}` : location.href;
    const options = { headers: { "X-While-Typing": "1" }, signal: asking.signal };
    if (!isRead) {
      query.set("do", "look");
      Object.assign(options, { method: "POST", body: query });
    }
    let page;
    try {
      const answer = await fetch(address, options);
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      // Somebody types on, or there is no answer: the button still works.
      return;
    }
    if (!page.getElementById(ids[0])) {
      // The session has ended, or something is wrong: the whole page says what. An old answer is none.
      if (isRead) location.assign(address);
      else document.getElementById(ids[0]).replaceChildren();
      return;
    }
    for (const id of ids) replace(document.getElementById(id), page.getElementById(id));
    status.textContent = document.getElementById(ids[0]).dataset.status ?? "";
    if (isRead) history.replaceState(null, "", address);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
})();
