// The library in a dialog, from which a block is made.
"use strict";

(() => {
  const { composer } = window.lederbrev;
  if (!composer) return;
  const { step } = composer;

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-library]");
    if (!link) return;
    event.preventDefault();
    pick(link.href);
  });

  async function pick(address) {
    const dialog = document.createElement("dialog");
    dialog.className = "picker";
    dialog.setAttribute("aria-labelledby", "picker-title");
    const load = async (from) => {
      const answer = await fetch(from);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const picker = page.getElementById("picker");
      if (!answer.ok || !picker) throw new Error(answer.status);
      dialog.replaceChildren(document.adoptNode(picker));
    };
    // An address that was pasted: the answer is the item, or the same page with what is wrong.
    const paste = async (to, pasted) => {
      const body = new URLSearchParams(new FormData(pasted));
      pasted.inert = true;
      pasted.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(to, { method: "POST", body, headers: { Accept: "application/json, text/html" } });
        if (answer.ok) {
          const { item } = await answer.json();
          dialog.close();
          step(`library:${item}`);
          return;
        }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        dialog.replaceChildren(document.adoptNode(page.getElementById("picker")));
      } catch {
        pasted.inert = false;
        pasted.removeAttribute("aria-busy");
      }
      dialog.querySelector("#pick-address")?.focus();
    };
    try {
      await load(address);
    } catch {
      location.assign(address);
      return;
    }
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      const asked = new URL(event.target.action);
      if (event.target.method === "get") {
        asked.search = new URLSearchParams(new FormData(event.target));
        // The field that was in use is another one now.
        load(asked).then(() => dialog.querySelector("input[type=search]")?.focus());
      } else if (event.target.dataset.paste !== undefined) {
        paste(asked, event.target);
      } else {
        dialog.close();
        step(`library:${event.submitter.value}`);
      }
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) {
        event.preventDefault();
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input[type=search]")?.focus();
  }
})();
