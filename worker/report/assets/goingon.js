// The part of the live page about one run that goes on. Its charts are made once and drawn anew, since a page may be open for days.

import { drawLines, figure, lineKeys } from "./charts.js";
import { counted, element, shape } from "./dom.js";
import { SCALE_WORDS } from "./legend.js";
import { drawWorkers, workersLegend, workersTable } from "./workers.js";

const FEW = 12; // workers whose table is open from the beginning
const TONES = 5; // curves of running evaluations in colours; the others are grey

export class RunPart {
  constructor(data, { name, result, report }) {
    this.data = data;
    const charts = element("div", { class: "charts" });
    this.draws = {};
    const chart = (root, key, title) => figure(root, title, (width) => this.draws[key]?.(width) ?? "");
    this.best = chart(charts, "best", `Best ${result} so far`);
    this.printed = chart(charts, "printed", "Running evaluations so far");
    this.keys = lineKeys(data, []);
    this.printed.parentElement.append(this.keys);
    const rows = element("div", { class: "workers" });
    this.workers = chart(rows, "workers", "Each row is one worker");
    this.workers.parentElement.append(workersLegend());
    this.summary = element("summary");
    this.words = element("div");
    this.details = element("details", { open: true }, this.summary, this.words);
    this.root = element("section", { "data-run": report }, element("h2", {}, name), charts, rows, this.details);
  }

  update(run, window) {
    this.run = run;
    this.#drawBest(run);
    this.#drawPrinted(run);
    this.showWorkers(window);
  }

  #show(holder, key, draw) {
    this.draws[key] = draw;
    holder.parentElement.hidden = !draw;
    holder.redraw();
  }

  #drawBest({ name, curve, result, best, scale }) {
    const line = { label: "Best so far", kind: "step", x: curve.map(([count]) => count), y: curve.map(([, value]) => value) };
    const axes = { x: { label: "evaluations", integer: true }, y: { label: scaled(result, scale?.kind), ...scale } };
    this.#show(this.best, "best", curve.length && drawLines(this.data, [line], axes, `Best ${result} so far of ${name}: ${best.text}.`));
  }

  #drawPrinted({ name, evaluations }) {
    const printed = evaluations.filter((one) => one.x.length);
    const series = printed.map((one, index) => ({ label: `Evaluation ${one.trial}`, x: one.x, y: one.y, tone: index < TONES ? index : "soft", kind: one.x.length > 1 ? "line" : "dots" }));
    const axes = { x: { label: "RESULT line", integer: true }, y: { label: "RESULT" } };
    const words = `Values of ${counted(series.length, "running evaluation")} of ${name}.`;
    this.hadPrinted ||= series.length > 0; // what was there once does not come and go
    const draw = series.length ? drawLines(this.data, [...series].reverse(), axes, words) : drawNothing;
    this.#show(this.printed, "printed", this.hadPrinted && draw);
    this.keys.show(series.slice(0, TONES));
  }

  /** Draws the workers over the window of that name, or the whole run where it is not older. */
  showWorkers(window) {
    const { name, timeline, evaluations, more } = this.run;
    const place = Math.max(0, timeline.windows.findIndex(([one]) => one === window));
    this.#show(this.workers, "workers", timeline.rows.length && drawWorkers(timeline, place, name));
    if (!this.listed) this.details.open = timeline.rows.length <= FEW;
    this.listed = true;
    this.summary.textContent = `${counted(timeline.there, "worker")}, ${counted(evaluations.length + more, "evaluation")} in hand`;
    const table = timeline.rows.length ? workersTable(timeline, place, name) : [element("p", {}, "No worker has come yet.")];
    this.words.replaceChildren(...table);
  }
}

function drawNothing(width) {
  const height = Math.round(Math.min(Math.max(width * 0.56, 210), 340)); // that of the chart
  const words = "No running evaluation has printed a RESULT yet.";
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  svg.append(shape("text", { x: width / 2, y: height / 2, "text-anchor": "middle" }, words));
  return svg;
}

function scaled(name, kind = "linear") {
  return kind === "linear" ? name : `${name} (${SCALE_WORDS[kind].legend})`;
}
