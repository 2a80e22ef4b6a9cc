// Show the pair that the address names (compare.html#cumbria+norfolk). Without it, read the table.
(() => {
  "use strict";
  const form = document.getElementById("pair");
  const source = document.getElementById("pair-data");
  if (!form || !source) return;
  const texts = JSON.parse(source.textContent);
  const [first, second] = form.querySelectorAll("select");
  const place = document.getElementById("pair-text");
  const show = () => {
    const a = first.value, b = second.value;
    const text = texts[`${a}+${b}`] ?? texts[`${b}+${a}`] ?? "Choose two different areas.";
    place.replaceChildren(...text.split("\n\n").map((words) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = words;
      return paragraph;
    }));
  };
  const read = () => {
    const named = decodeURIComponent(location.hash.slice(1)).split("+");
    if (named.length === 2) [first.value, second.value] = named;
    show();
  };
  form.addEventListener("change", () => {
    history.replaceState(null, "", `#${first.value}+${second.value}`);
    show();
  });
  addEventListener("hashchange", read);
  document.querySelector("details[open]").open = false;
  form.hidden = false;
  read();
})();
