// Choose the area to compare with. Without this script the table compares with the nearest area.
(() => {
  "use strict";
  const chooser = document.getElementById("compare-chooser");
  const source = document.getElementById("compare-data");
  if (!chooser || !source) return;
  const areas = JSON.parse(source.textContent);
  const select = chooser.querySelector("select");
  chooser.hidden = false;
  select.addEventListener("change", () => {
    const other = areas[select.value];
    const head = document.getElementById("compare-other");
    head.textContent = "";
    if (other.page) {
      const link = document.createElement("a");
      link.href = other.page;
      link.textContent = other.area;
      head.append(link);
    } else head.textContent = other.area;
    document.querySelectorAll("[data-compare]").forEach((cell) => {
      cell.textContent = other.cells[Number(cell.dataset.compare)];
    });
    document.getElementById("compare-status").textContent = `Now compared with ${other.area}.`;
  });
})();
