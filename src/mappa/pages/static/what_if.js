// Draw the register's path as supposed. Without this script the table of what-ifs is read instead.
(() => {
  "use strict";
  const form = document.getElementById("what-if");
  const source = document.getElementById("what-if-data");
  if (!form || !source) return;
  const { years, base, controls } = JSON.parse(source.textContent);
  const inputs = [...form.querySelectorAll("input[data-control]")];
  const status = document.getElementById("what-if-status");
  const chart = document.getElementById("what-if-chart");
  const every = [base, ...controls.flatMap((c) => c.paths.filter(Boolean))];
  const top = Math.ceil(Math.max(...every.flatMap((p) => p.high)) / 20000) * 20000;
  const text = (n) => Math.round(n).toLocaleString("en-GB");
  const last = years.length - 1;

  // One change is the stored path; of several the differences are added, and the base's band moves.
  const supposed = (chosen) => {
    if (!chosen.length) return base;
    if (chosen.length === 1) return chosen[0];
    const sum = years.map((_, i) => chosen.reduce((t, p) => t + p.difference[i], 0));
    const moved = (line) => line.map((v, i) => Math.max(0, v + sum[i]));
    return { median: moved(base.median), low: moved(base.low), high: moved(base.high), difference: sum };
  };

  const x = (i) => 80 + (i * 540) / last;
  const y = (v) => 300 - (280 * Math.min(v, top)) / top;
  const line = (values) => values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`);
  const add = (name, attributes, content = "") => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    part.textContent = content;
    chart.append(part);
  };

  const draw = () => {
    const chosen = [];
    inputs.forEach((input) => {
      const control = controls[input.dataset.control], at = Number(input.value);
      input.nextElementSibling.value = control.texts[at];
      input.setAttribute("aria-valuetext", control.texts[at]);
      if (control.paths[at]) chosen.push(control.paths[at]);
    });
    const path = supposed(chosen), change = path.difference[last];
    chart.replaceChildren();
    for (let v = 0; v <= top; v += 20000) {
      add("line", { x1: 80, x2: 620, y1: y(v), y2: y(v), stroke: "#d0d0d0" });
      add("text", { x: 72, y: y(v) + 5, "text-anchor": "end", "font-size": 14 }, text(v));
    }
    years.forEach((year, i) => {
      if (year % 5 === 0) add("text", { x: x(i), y: 324, "text-anchor": "middle", "font-size": 14 }, year);
    });
    add("polygon", { points: [...line(path.high), ...line(path.low).reverse()].join(" "), fill: "#12436D", opacity: 0.2 });
    add("polyline", { points: line(base.median).join(" "), fill: "none", stroke: "#595959", "stroke-width": 2, "stroke-dasharray": "6 4" });
    add("polyline", { points: line(path.median).join(" "), fill: "none", stroke: "#12436D", "stroke-width": 3 });
    const range = `${text(path.median[last])} people on the register in ${years[last]} (90% interval ${text(path.low[last])} to ${text(path.high[last])})`;
    const more = change < 0 ? "fewer" : "more";
    const effect = chosen.length ? `: about ${text(Math.abs(change))} ${more} than in force.` : ", with nothing changed.";
    const rough = chosen.length > 1 ? " This is approximate: the effects of the single changes are added, and the interval is that of the law in force, moved." : "";
    status.textContent = range + effect + rough;
  };

  form.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(draw));
  form.hidden = false;
  draw();
})();
