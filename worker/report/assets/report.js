// The report's interactive parts, each put into its section where the page has it.

import { AxisScales } from "./axisscales.js";
import { drawBars, drawIntervals, drawLines, drawSpans, figure, lineKeys, timeUnit } from "./charts.js";
import { counted, element, short } from "./dom.js";
import { mountFront } from "./front.js";
import { mapFigure } from "./maps.js";
import { mountParallel } from "./parallel.js";
import { allPairs, mountScatter, namedPairs, slicePairs } from "./scatter.js";
import { Selection } from "./selection.js";

const LATER = 3000; // milliseconds after which what nobody has come near to is drawn, too
const PAPER = 690; // css pixels between the margins of a page of A4

/** Fills the sections of the report from its data. */
export function mountReport(data) {
  const results = data.pareto ? resultScales(data.pareto) : null;
  const pareto = (root, all, found) => fronts(root, all, found, results);
  const parts = { progress, importance, effects, interaction, curves, timeline, gpus, pareto };
  for (const [name, part] of Object.entries(parts)) {
    const root = document.getElementById(name);
    if (root && data[name]) part(root, data, data[name]);
  }
  const linked = data.pareto?.columns && document.getElementById("pareto");
  const selection = linked ? new Selection(data) : undefined;
  if (linked) mountFront(linked, data, data.pareto, selection, results);
  whenSeen("parallel", (root) => {
    mountParallel(root, data, selection);
    printWhole(root.querySelector(".stage"));
  });
  whenSeen("slices", (root) => mountScatter(root, data, slicePairs(data), { table: false }));
  whenSeen("scatter", (root) => mountScatter(root, data, allPairs(data), { table: false }));
}

/** On paper, what is drawn for the width of the window is made smaller instead of being cut off. */
function printWhole(stage) {
  const shrink = () => {
    const { clientWidth: width, clientHeight: height } = stage;
    const scale = Math.min(1, PAPER / width);
    const style = { width: `${width}px`, transform: `scale(${scale})`, transformOrigin: "0 0", marginBottom: `${(scale - 1) * height}px` };
    Object.assign(stage.style, style);
  };
  addEventListener("beforeprint", shrink);
  addEventListener("afterprint", () => Object.assign(stage.style, { width: "", transform: "", marginBottom: "" }));
  if (matchMedia("print").matches) shrink();
}

/** Begins what is far down the page when the user comes near, or a while later, since it may be printed. */
function whenSeen(identity, begin) {
  const root = document.getElementById(identity);
  if (!root) return;
  let begun = false;
  const once = () => {
    if (begun) return;
    begun = true;
    observer.disconnect();
    begin(root);
  };
  const near = (entries) => entries.some((entry) => entry.isIntersecting) && once();
  const observer = new IntersectionObserver(near, { rootMargin: "600px" });
  observer.observe(root);
  addEventListener("beforeprint", once);
  setTimeout(() => (window.requestIdleCallback ?? setTimeout)(once), LATER);
}

function progress(root, data, { best, all, scale, distance, clip: limit, rises }) {
  const unit = timeUnit(best.at(-1)[1]);
  const dots = { label: "Result of one evaluation", kind: "dots", tone: "soft" };
  const line = { label: "Best so far", kind: "step" };
  const name = resultLabel(data);
  const scales = new AxisScales([{ name, kind: scale, distance, values: all.map((row) => row[2]) }]);
  const clip = () => (scales.kindOf(name) === "linear" ? limit : null);
  const draw = (axis, label, size, ends) => (width) => {
    const points = (rows) => ({ x: rows.map((row) => row[axis] / size), y: rows.map((row) => row[2]) });
    const words = `Best ${data.goal} so far against ${label}: from ${short(best[0][2])} to ${short(best.at(-1)[2])}.`;
    const axes = { x: { label, integer: axis === 0, ends }, y: { label: name, kind: scales.kindOf(name), distance, clip: clip(), rises } };
    return drawLines(data, [{ ...dots, ...points(all) }, { ...line, ...points(best) }], axes, words)(width);
  };
  const charts = [
    figure(root, "Best so far, by evaluations", draw(0, "evaluations", 1, [])),
    figure(root, "Best so far, by wall time", draw(1, `wall time (${unit.name})`, unit.seconds, [0])),
  ];
  const note = element("span");
  const say = () => note.replaceChildren(clipNote(all.map((row) => row[2]), clip(), rises));
  say();
  scales.addEventListener("change", () => {
    say();
    charts.forEach((chart) => chart.redraw());
  });
  root.after(element("div", { class: "legend" }, lineKeys(data, [line, dots]), note), scales.tools());
}

function resultLabel(data) {
  return data.columns.find((column) => column.role === "result").label;
}

/** Says what became of values beyond `clip`, where there are some. */
export function clipNote(values, clip, rises) {
  if (clip === null || !values.some((value) => (rises ? value < clip : value > clip))) return "";
  const where = rises ? `Results below ${short(clip)} lie on the lower edge.` : `Results above ${short(clip)} lie on the upper edge.`;
  return element("p", {}, where);
}

function importance(root, data, rows) {
  const shown = rows.slice(0, 20).map(([label, value, low, high]) => ({ label, value, low, high, text: `${(100 * value).toFixed(0)} %` }));
  const words = `Importance: ${shown.map((row) => `${row.label} ${row.text}`).join(", ")}.`;
  figure(root, "Share of the importance of all, with a 90 % interval", drawBars(shown, words));
}

function interaction(root, data, maps) {
  const holder = element("div", { class: "charts" });
  const names = [...new Set(maps.flatMap((one) => [one.x, one.y]))];
  const chosen = [maps[0].x, maps[0].y];
  const show = () => {
    const found = mapOf(maps, ...chosen);
    const [pair] = namedPairs(data, [chosen]);
    const words = `Typical ${data.goal} over ${found.x} and ${found.y}, as the forest predicts it.`;
    holder.replaceChildren();
    mapFigure(holder, "What the forest predicts, by both", data, pair, found, words);
    mountScatter(holder.appendChild(element("div")), data, [pair], { table: false });
  };
  const choices = ["Across", "Up"].map((words, place) => {
    const select = element("select", { onchange: () => choose(place, select.value) }, ...names.map((name) => element("option", { value: name }, name)));
    return { select, label: element("label", {}, `${words} `, select) };
  });
  const choose = (place, name) => {
    if (chosen[1 - place] === name) chosen[1 - place] = chosen[place];
    chosen[place] = name;
    choices.forEach(({ select }, index) => (select.value = chosen[index]));
    show();
  };
  root.replaceWith(holder);
  if (names.length > 2) holder.before(element("p", { class: "tools bar" }, ...choices.map(({ label }) => label)));
  choose(0, chosen[0]);
}

/** The map of two parameters; each pair is there once, and turned where it is wanted the other way. */
function mapOf(maps, x, y) {
  const as = (across, up) => maps.find((one) => one.x === across && one.y === up);
  const turned = ({ xs, ys, results }) => ({ x, y, xs: ys, ys: xs, results: xs.map((_, column) => results.map((row) => row[column])) });
  return as(x, y) ?? turned(as(y, x));
}

function effects(root, data, curves) {
  const every = curves.flatMap(({ low, high }) => [...low, ...high]); // all have one height
  const axis = { label: resultLabel(data), kind: data.columns[data.result].scale, ends: every };
  const words = ({ name, xs, middle }, text) => `Typical ${data.goal} by ${name}: from ${short(middle[0])} at ${text(xs[0])} to ${short(middle.at(-1))} at ${text(xs.at(-1))}.`;
  for (const curve of curves) {
    const { name, xs, middle, low, high } = curve;
    const column = data.columns.find((one) => one.role === "parameter" && one.name === name);
    if (column?.category) {
      const rows = xs.map((value, index) => ({ label: column.options[value], low: low[index], middle: middle[index], high: high[index] }));
      figure(root, `By ${name}`, drawIntervals(rows, axis, words(curve, (value) => column.options[value])));
    } else if (column) {
      const band = { label: `${name}: the middle 80 % of the trees`, kind: "band", straight: true, x: xs, y: middle, low, high, tone: 0 };
      const line = { label: name, x: xs, y: middle, tone: 0 };
      const axes = { x: { label: name, integer: column.integer, kind: column.scale, bounds: column.bounds, step: column.step }, y: axis };
      figure(root, `By ${name}`, drawLines(data, [band, line], axes, words(curve, short)));
    }
  }
}

function curves(root, data, { lines, scale, clip: limit, rises }) {
  const series = lines.map(({ trial, x, y }, index) => ({
    ...{ label: `Evaluation ${trial}`, x, y },
    tone: index < 5 ? index : "soft",
  }));
  const values = lines.flatMap((line) => line.y);
  const scales = new AxisScales([{ name: data.goal, kind: scale, values }]);
  const words = `Values of ${counted(series.length, "evaluation")} while running.`;
  const note = element("span");
  const draw = (width) => {
    const kind = scales.kindOf(data.goal);
    const clip = kind === "linear" ? limit : null;
    note.replaceChildren(clipNote(values, clip, rises));
    const axes = { x: { label: `${data.goal} line`, integer: true }, y: { label: data.goal, kind, clip, rises } };
    return drawLines(data, [...series].reverse(), axes, words)(width);
  };
  const chart = figure(root, "Each line is one evaluation; the five best in colour", draw);
  scales.addEventListener("change", chart.redraw);
  root.append(element("div", { class: "legend" }, lineKeys(data, series.slice(0, 5)), note), scales.tools());
}

function timeline(root, data, { agents, end }) {
  const unit = timeUnit(end);
  const scaled = ([from, to, kind]) => [from / unit.seconds, to / unit.seconds, kind];
  const rows = agents.map(({ label, spans }) => ({ label, spans: spans.map(scaled) }));
  const tones = { ended: "accent", failed: "bad", running: "text", cancelled: "faint" };
  const kinds = Object.keys(tones).filter((kind) => rows.some((row) => row.spans.some((span) => span[2] === kind)));
  const words = rows.length === 1 ? "When the worker ran evaluations." : `When each of ${rows.length} workers ran evaluations.`;
  const label = `Time (${unit.name})`;
  figure(root, "Each row is one worker, each block one evaluation", drawSpans(rows, end / unit.seconds, label, kinds, words));
  root.append(lineKeys(data, kinds.map((kind) => ({ label: kind, tone: tones[kind] }))));
}

function gpus(root, data, { lines }) {
  const unit = timeUnit(Math.max(...lines.map((line) => line.x.at(-1))));
  for (const [key, title] of [["busy", "GPU utilisation (%)"], ["memory", "GPU memory in use (%)"]]) {
    const series = lines.map((line, tone) => ({ label: line.label, x: line.x.map((at) => at / unit.seconds), y: line[key], tone }));
    const axes = { x: { label: `Time (${unit.name})` }, y: { label: "%", ends: [0, 100] } };
    figure(root, title, drawLines(data, series, axes, `${title} of ${counted(series.length, "GPU")} over time.`));
  }
  root.after(lineKeys(data, lines.map((line, index) => ({ label: line.label, tone: index }))));
}

/** The scales of the results that stand against each other. */
function resultScales({ pairs }) {
  const found = new Map();
  for (const { names, scales, all } of pairs) {
    names.forEach((name, index) => found.set(name, { name, kind: scales[index], values: all.map((row) => row[index]) }));
  }
  return new AxisScales([...found.values()]);
}

function fronts(root, data, { pairs, volume }, scales) {
  const tones = [{ label: "Evaluations", kind: "dots", tone: "soft" }, { label: "Pareto front", kind: "dots", tone: "mark" }];
  for (const { names, all, front, line } of pairs) {
    const points = (rows) => ({ x: rows.map((row) => row[0]), y: rows.map((row) => row[1]) });
    const series = [{ ...tones[0], ...points(all) }, { ...tones[1], ...points(front) }];
    const drawn = line ? [...series, { ...series[1], kind: "step" }] : series;
    const words = `${counted(front.length, "evaluation")} on the front.`;
    const draw = (width) => {
      const [x, y] = names.map((label) => ({ label, kind: scales.kindOf(label) }));
      return drawLines(data, drawn, { x, y }, words)(width);
    };
    const chart = figure(root, "Results of all evaluations", draw);
    scales.addEventListener("change", chart.redraw);
  }
  const tools = volume ? grown(root, data, volume) : "";
  root.after(element("div", { class: "legend" }, lineKeys(data, tones)), scales.tools(), tools);
}

function grown(root, data, { steps: volume, scale, distance }) {
  const unit = timeUnit(volume.at(-1)[1]);
  const name = "hypervolume";
  const scales = new AxisScales([{ name, kind: scale, distance, values: volume.map((row) => row[2]) }]);
  const words = (label) => `Hypervolume against ${label}: up to ${short(volume.at(-1)[2])}.`;
  const draw = (axis, label, size) => (width) => {
    const kind = scales.kindOf(name);
    const series = [{ label: "Hypervolume", kind: "step", x: volume.map((row) => row[axis] / size), y: volume.map((row) => row[2]) }];
    const y = { label: name, kind, distance, ends: kind === "linear" ? [0] : [] };
    return drawLines(data, series, { x: { label, integer: axis === 0 }, y }, words(label))(width);
  };
  const charts = [
    figure(root, "Hypervolume of the front, by evaluations", draw(0, "evaluations", 1)),
    figure(root, "Hypervolume of the front, by wall time", draw(1, `wall time (${unit.name})`, unit.seconds)),
  ];
  scales.addEventListener("change", () => charts.forEach((chart) => chart.redraw()));
  return scales.tools();
}
