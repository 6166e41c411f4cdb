// Reads a spreadsheet that was saved as CSV into the field, so that it need not be copied. Older
// spreadsheets write Windows-1252; what is no UTF-8 is taken for that.
"use strict";

(() => {
  const form = document.getElementById("import");
  const field = document.getElementById("file");
  if (!form || !field) return;
  document.getElementById("import-file").hidden = false;
  field.addEventListener("change", async () => {
    const error = document.getElementById("file-error");
    const file = field.files[0];
    error.hidden = true;
    if (!file) return;
    if (file.size > 1000000) {
      error.textContent = form.dataset.unread;
      error.hidden = false;
      return;
    }
    const bytes = await file.arrayBuffer();
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      text = new TextDecoder("windows-1252").decode(bytes);
    }
    document.getElementById("rows").value = text;
  });
})();
