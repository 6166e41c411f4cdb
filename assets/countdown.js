// The page of an issue that is about to go: counts the seconds down, and loads the page again when
// it goes. Without it the page says how long there is when it is loaded.
"use strict";
(() => {
  const words = document.querySelector("[data-countdown]");
  if (!words) return;
  const end = Date.now() + Number(words.dataset.countdown) * 1000;
  const shown = words.textContent;
  const first = words.dataset.countdown;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (left === 0) {
      words.textContent = words.dataset.over;
      clearInterval(timer);
      // A moment later than the server, or the page would still count.
      setTimeout(() => location.reload(), 2000);
      return;
    }
    words.textContent = left === 1 ? words.dataset.last : shown.replace(first, String(left));
  };
  const timer = setInterval(tick, 1000);
})();
