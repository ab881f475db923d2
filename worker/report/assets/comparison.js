// The comparison of runs: the best so far along each budget, and the parallel plot of all evaluations.

import { AxisScales } from "./axisscales.js";
import { drawLines, figure, lineKeys, timeUnit } from "./charts.js";
import { counted, element } from "./dom.js";
import { clipNote, mountReport } from "./report.js";

const BUDGETS = [["evaluations", "evaluations"], ["seconds", "time"], ["node hours", "node hours"]];

/** Fills the page of a comparison from its data. */
export function mountComparison(data) {
  const root = document.getElementById("bands");
  if (root && data.bands) mountBands(root, data, data.bands);
  mountReport({ ...data, bands: null });
}

/** The charts; `root` is filled anew when the reader wants other axes. */
function mountBands(root, data, { measure, charts }) {
  const { lines, scale, distance, clip: limit, rises } = Object.values(charts)[0];
  const values = Object.values(charts).flatMap((chart) => chart.lines.flatMap((line) => line.y));
  const scales = new AxisScales([{ name: measure, kind: scale, distance, values }]);
  const box = element("input", { type: "checkbox", checked: true, onchange: () => draw() });
  const note = element("div");
  const holder = element("div", { class: "charts" });
  const draw = () => {
    holder.replaceChildren();
    const kind = scales.kindOf(measure);
    for (const [key, words] of BUDGETS) if (charts[key]) bandFigure(holder, data, charts[key], { key, words, measure, kind, log: box.checked });
    note.replaceChildren(clipNote(values, kind === "linear" ? limit : null, rises));
  };
  const keys = lineKeys(data, lines.map((line, tone) => ({ label: line.label, tone })));
  root.append(element("p", {}, element("label", {}, box, " Logarithmic horizontal axes")), scales.tools(), keys, holder, note);
  scales.addEventListener("change", draw);
  draw();
}

function bandFigure(root, data, { lines, distance, clip: limit, rises }, { key, words, measure, kind, log }) {
  const unit = key === "seconds" ? timeUnit(Math.max(...lines.map((line) => line.x.at(-1)))) : null;
  const scaled = lines.map((line) => (unit ? { ...line, x: line.x.map((at) => at / unit.seconds) } : line));
  const series = scaled.flatMap((line, tone) => [
    ...(line.several ? [{ ...line, tone, kind: "band", label: `${line.label}: quartiles` }] : []),
    { label: line.label, x: line.x, y: line.y, tone, kind: "step" },
  ]);
  const clip = kind === "linear" ? limit : null;
  const label = unit ? `time (${unit.name})` : words;
  const axes = { x: { label, integer: key === "evaluations", log }, y: { label: measure, kind, distance, clip, rises } };
  figure(root, `Best ${measure} so far, by ${words}`, drawLines(data, series, axes, `Best ${measure} so far of ${counted(lines.length, "group")} of runs, by ${words}.`));
}
