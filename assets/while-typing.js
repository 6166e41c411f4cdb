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

  const look = async () => {
    asking.abort();
    asking = new AbortController();
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
      // The session has ended, or something is wrong: the whole page says what.
      if (isRead) location.assign(address);
      return;
    }
    status.textContent = "";
    for (const id of ids) {
      const [old, part] = [document.getElementById(id), page.getElementById(id)];
      // Nobody loses what they are in, or the details that they have opened.
      if (!old || !part || old.contains(document.activeElement)) continue;
      const open = [...old.querySelectorAll("details")].map((details) => details.open);
      part.querySelectorAll("details").forEach((details, at) => { details.open ||= !!open[at]; });
      old.replaceWith(document.adoptNode(part));
    }
    status.textContent = document.getElementById(ids[0]).dataset.status ?? "";
    if (isRead) history.replaceState(null, "", address);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
})();
