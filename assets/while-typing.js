// A form whose answer is looked at while it is filled in: the part of the page that it names
// (data-while-typing) is fetched again with what is typed, and what came of it (data-status) is said
// to those who do not see it. Without this script its button does it.
"use strict";
(() => {
  const form = document.querySelector("form[data-while-typing]");
  if (!form) return;
  const id = form.dataset.whileTyping;
  let timer = 0;
  let asked = 0;

  const look = async () => {
    const mine = ++asked;
    // Only what is said: an address with every empty field says nothing to who reads it.
    const said = [...new FormData(form)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(said);
    const isRead = form.method === "get";
    const address = isRead ? `${form.action}?${query}` : location.href;
    if (!isRead) query.set("do", "look");
    try {
      const answer = await fetch(address, isRead ? {} : { method: "POST", body: query });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(id);
      // Somebody who types on has asked again meanwhile.
      if (!part || mine !== asked) return;
      document.getElementById(id).replaceWith(document.adoptNode(part));
      document.getElementById(`${id}-status`).textContent = part.dataset.status ?? "";
      if (isRead) history.replaceState(null, "", address);
    } catch {
      // No answer: the button still works.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 200);
  });
})();
