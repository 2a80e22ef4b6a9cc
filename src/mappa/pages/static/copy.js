// A button that copies a paragraph. Without this script the paragraph is selected as any text.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy).textContent;
      await navigator.clipboard.writeText(text);
      button.parentElement.querySelector("[role=status]").textContent = "Copied.";
    });
  }
})();
