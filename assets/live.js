// The delivery page while an issue goes out: the server sends the part that changes whenever it
// has changed. A lost connection comes back by itself.
"use strict";
(() => {
  const address = document.getElementById("live")?.dataset.events;
  if (!address) return;
  const source = new EventSource(address);
  source.addEventListener("part", (event) => {
    const part = document.createElement("template");
    part.innerHTML = event.data;
    document.getElementById("live").replaceWith(part.content);
  });
  // It is over or stands still: what can be done has changed, too.
  source.addEventListener("end", () => {
    source.close();
    location.reload();
  });
})();
