// Sorting and searching the table of areas. Without this script the table is whole, in its order.
(() => {
  "use strict";
  const table = document.querySelector("table[data-sortable]");
  if (!table) return;
  const body = table.tBodies[0], rows = [...body.rows];
  const status = document.getElementById("table-status");
  const key = (row, i) => row.cells[i].dataset.sort ?? row.cells[i].textContent.trim();
  [...table.tHead.rows[0].cells].forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const number = head.classList.contains("num");
      rows.sort((a, b) => {
        const x = key(a, i), y = key(b, i);
        if (x === "" || y === "") return (x === "") - (y === ""); // not known stays last
        const order = number ? Number(x) - Number(y) : x.localeCompare(y, "en-GB");
        return up ? order : -order;
      });
      body.append(...rows);
      status.textContent = `Sorted by ${button.textContent.trim()}, ${up ? "ascending" : "descending"}.`;
    });
  });
  const form = document.getElementById("table-search");
  form.hidden = false;
  form.querySelector("input").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += !row.hidden;
    }
    status.textContent = wanted ? `${shown} of ${rows.length} shown.` : "";
  });
})();
