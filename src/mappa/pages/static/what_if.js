// Draw the register's path as supposed. Without this script the table of what-ifs is read instead.
(() => {
  "use strict";
  const form = document.getElementById("what-if");
  const source = document.getElementById("what-if-data");
  if (!form || !source) return;
  const { years, base, controls, pairs, off } = JSON.parse(source.textContent);
  const inputs = [...form.querySelectorAll("input[data-control]")];
  const status = document.getElementById("what-if-status");
  const chart = document.getElementById("what-if-chart");
  const every = [base, ...controls.flatMap((c) => c.paths.filter(Boolean)), ...Object.values(pairs)];
  const top = Math.ceil(Math.max(...every.flatMap((p) => p.high)) / 20000) * 20000;
  const text = (n) => Math.round(n).toLocaleString("en-GB");
  const last = years.length - 1;

  // One change, or two of the law, is the stored path. Of others the ratios to the base are
  // multiplied, with what each two changes of the law do beyond their product.
  const supposed = (chosen) => {
    if (!chosen.length) return base;
    if (chosen.length === 1) return chosen[0].path;
    const both = chosen.flatMap((a, k) => chosen.slice(k + 1).map((b) => [pairs[`${a.place} ${b.place}`], a.path, b.path])).filter(([p]) => p);
    if (chosen.length === 2 && both.length) return both[0][0];
    const line = (kind) => base[kind].map((v, i) => {
      const single = chosen.reduce((t, { path }) => (t * path[kind][i]) / v, v);
      return both.reduce((t, [p, a, b]) => (t * p[kind][i] * v) / (a[kind][i] * b[kind][i]), single);
    });
    const median = line("median");
    return { median, low: line("low"), high: line("high"), difference: median.map((v, i) => v - base.median[i]), rough: true };
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
      if (control.paths[at]) chosen.push({ path: control.paths[at], place: `${input.dataset.control}.${at}` });
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
    const rough = !path.rough ? "" : chosen.length > 2 ? " This is approximate, by an amount that has not been measured." : ` This is approximate: at most ${off} people off.`;
    status.textContent = range + effect + rough;
  };

  form.addEventListener("input", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(draw));
  form.hidden = false;
  draw();
})();
