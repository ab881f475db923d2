// The report's interactive parts, each put into its section where the page has it.

import { drawBars, drawLines, drawMap, drawSpans, figure, lineKeys } from "./charts.js";
import { element, short } from "./dom.js";
import { mountParallel } from "./parallel.js";
import { allPairs, mountScatter, namedPairs, slicePairs } from "./scatter.js";

/** Fills the sections of the report from its data. */
export function mountReport(data) {
  const parts = { progress, importance, interaction, curves, timeline, gpus, pareto, bands };
  for (const [name, part] of Object.entries(parts)) {
    const root = document.getElementById(name);
    if (root && data[name]) part(root, data, data[name]);
  }
  whenSeen("parallel", (root) => mountParallel(root, data));
  whenSeen("slices", (root) => mountScatter(root, data, slicePairs(data), { table: false }));
  whenSeen("scatter", (root) => mountScatter(root, data, allPairs(data), { table: false }));
}

/** Begins what is far down the page only when the user comes near. */
function whenSeen(identity, begin) {
  const root = document.getElementById(identity);
  if (!root) return;
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      begin(root);
    },
    { rootMargin: "600px" },
  );
  observer.observe(root);
}

function progress(root, data, { best, all, log, clip }) {
  const draw = (axis, label) => {
    const series = [
      { label: "Results", x: all.map((point) => point[axis]), y: all.map((point) => point[2]), kind: "dots", tone: "soft" },
      { label: "Best so far", x: best.map((point) => point[axis]), y: best.map((point) => point[2]), kind: "step" },
    ];
    const words = `Best RESULT so far against ${label}: from ${short(best[0][2])} to ${short(best.at(-1)[2])}.`;
    return drawLines(data, series, { x: { label, integer: axis === 0 }, y: { label: "RESULT", log, clip } }, words);
  };
  figure(root, "Best so far, by evaluations", draw(0, "evaluations"));
  figure(root, "Best so far, by wall time", draw(1, "wall time (s)"));
}

function importance(root, data, rows) {
  const shown = rows.slice(0, 20).map(([label, value, error]) => ({ label, value, error, text: value.toFixed(3) }));
  const words = `Importance: ${shown.map((row) => `${row.label} ${row.text}`).join(", ")}.`;
  figure(root, "Loss in R² when the parameter is shuffled", drawBars(shown, words));
}

function interaction(root, data, found) {
  const [pair] = namedPairs(data, [[found.x, found.y]]);
  const words = `Typical RESULT over ${found.x} and ${found.y}, as the forest predicts it.`;
  figure(root, "What the forest predicts, by both", drawMap(data, pair, found, words));
  mountScatter(root.appendChild(element("div")), data, [pair], { table: false });
}

function curves(root, data, { lines, log }) {
  const series = lines.map(({ trial, x, y }, index) => ({
    ...{ label: `Evaluation ${trial}`, x, y },
    tone: index < 5 ? index : "soft",
  }));
  const axes = { x: { label: "RESULT line", integer: true }, y: { label: "RESULT", log } };
  const words = `Values of ${series.length} evaluations while they ran.`;
  figure(root, "Each line is one evaluation; the five best in colour", drawLines(data, [...series].reverse(), axes, words));
  root.append(lineKeys(data, series.slice(0, 5)));
}

function timeline(root, data, { agents, end }) {
  const rows = agents.map(({ label, spans }) => ({ label, spans }));
  const words = `When each of ${rows.length} workers ran evaluations.`;
  figure(root, "Each row is one worker, each block one evaluation; red ones failed", drawSpans(rows, end, words));
}

function gpus(root, data, { lines }) {
  for (const [key, title] of [["busy", "GPU utilisation (%)"], ["memory", "GPU memory in use (%)"]]) {
    const series = lines.map((line, index) => ({ label: line.label, x: line.x, y: line[key], tone: index }));
    const axes = { x: { label: "Time (s)" }, y: { label: "%" } };
    figure(root, title, drawLines(data, series, axes, `${title} of ${series.length} GPUs over time.`));
  }
  root.append(lineKeys(data, lines.map((line, index) => ({ label: line.label, tone: index }))));
}

function pareto(root, data, { names, all, front }) {
  const series = [
    { label: "Evaluations", x: all.map((point) => point[0]), y: all.map((point) => point[1]), kind: "dots", tone: "soft" },
    { label: "Pareto front", x: front.map((point) => point[0]), y: front.map((point) => point[1]), kind: "dots", tone: "mark" },
  ];
  const axes = { x: { label: names[0] }, y: { label: names[1] } };
  // With more than two results the front is no line in the plane of these two.
  const line = front.every((point, index) => !index || point[1] <= front[index - 1][1]);
  const drawn = line ? [...series, { ...series[1], kind: "step" }] : series;
  figure(root, `${names[1]} against ${names[0]}`, drawLines(data, drawn, axes, `${front.length} evaluations on the front.`));
  root.append(lineKeys(data, series));
}

function bands(root, data, { lines, log }) {
  const series = lines.flatMap((line, tone) => [
    ...(line.several ? [{ ...line, tone, kind: "band", label: `${line.label}: quartiles` }] : []),
    { label: line.label, x: line.x, y: line.y, tone, kind: "step" },
  ]);
  const axes = { x: { label: "evaluations", integer: true }, y: { label: "RESULT", log } };
  const words = `Best RESULT so far of ${lines.length} groups of runs.`;
  figure(root, "Best RESULT so far against ended evaluations", drawLines(data, series, axes, words));
  root.append(lineKeys(data, lines.map((line, tone) => ({ label: line.label, tone }))));
}
