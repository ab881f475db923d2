// How busy the workers of a run were: a row for each, and the same as a table.

import { spanFrame, timeUnit } from "./charts.js";
import { element, shape } from "./dom.js";

const WINDOWS = { hour: "the last hour", run: "the whole run" };
const HEIGHTS = 9; // the digit of a cell in which the worker evaluated all the time

/** What a window is called, by its name. */
export function windowWords(name) {
  return WINDOWS[name];
}

/** The picture of `timeline` over its window `place`, drawn for a width: {windows, rows}, see worker/report/data/occupancy.py. */
export function drawWorkers({ windows, rows, there }, place, run) {
  const [name, seconds] = windows[place];
  const unit = timeUnit(seconds);
  const busy = rows.filter((row) => row.does === "busy").length;
  const words = `Workers of ${run} over ${WINDOWS[name]}: ${there} there now, ${busy} of them busy. The table below says it of each.`;
  return (width) => {
    const begin = -seconds / unit.seconds;
    const { svg, at, step } = spanFrame(rows.map((row) => row.worker), [begin, 0], `Time (${unit.name}, 0 is now)`, words, width);
    const across = (cell, count) => at(begin * (1 - cell / count)).toFixed(1);
    rows.forEach((row, index) => {
      const cells = row.cells[place];
      const bottom = ((index + 1) * step - 1.5).toFixed(1);
      let [bars, lines] = ["", ""];
      for (const { cell, end, letter } of stretches(cells)) {
        if (letter === ".") continue;
        const [from, to] = [across(cell, cells.length), across(end, cells.length)];
        lines += `M${from} ${bottom}H${to}`;
        if (letter !== "0") bars += `M${from} ${bottom}V${(bottom - (Number(letter) / HEIGHTS) * (step - 3)).toFixed(1)}H${to}V${bottom}Z`;
      }
      svg.append(shape("path", { d: lines, class: "there" }), shape("path", { d: bars, class: "span" }));
    });
    return svg;
  };
}

/** Neighbours that are alike together. */
function* stretches(cells) {
  for (let cell = 0; cell < cells.length; ) {
    let end = cell;
    while (end < cells.length && cells[end] === cells[cell]) end++;
    yield { cell, end, letter: cells[cell] };
    cell = end;
  }
}

/** What the picture means. */
export function workersLegend() {
  const key = (name, words) => element("span", { class: "key" }, element("i", { class: `swatch ${name}` }), words);
  return element("p", { class: "legend" }, key("busy", "evaluates (half the height: half of the time)"), key("idle", "is there and waits"), element("span", {}, "no line: is not there"));
}

/** The same in words: a row of the table for each worker. */
export function workersTable({ windows, rows, more }, place, run) {
  const head = ["Worker", "Host", "Now", `Busy over ${WINDOWS[windows[place][0]]}`, "Evaluations"];
  const cells = (row) => [row.worker, row.host, nowWords(row), shareWords(row.shares[place]), row.trials.toLocaleString("en")];
  const line = (row) => element("tr", {}, ...cells(row).map((words) => element("td", {}, words)));
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...head.map((words) => element("th", { scope: "col" }, words)))),
    element("tbody", {}, ...rows.map(line)),
  );
  const rest = more ? [element("p", { class: "soft" }, `And ${more.toLocaleString("en")} more that are gone or came later.`)] : [];
  return [element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": `Workers of ${run}` }, table), ...rest];
}

function nowWords({ does, trial, since }) {
  const at = new Date(since * 1000).toLocaleTimeString();
  if (does === "busy") return `evaluation ${trial} since ${at}`;
  return does === "idle" ? `waits since ${at}` : `gone since ${at}`;
}

function shareWords(share) {
  return share === null ? "was not there" : `${Math.round(100 * share)} %`;
}
