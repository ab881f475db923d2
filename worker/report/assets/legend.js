// The choice of what colours mean, and the bar or list that says it.

import { rampGradient } from "./colour.js";
import { rowsBy } from "./data.js";
import { element, numberText, short } from "./dom.js";

/** The scales by kind: in a legend, beside the name of an axis, and on the button that sets it. */
export const SCALE_WORDS = {
  linear: { legend: "linear", brief: "", action: "Linear scale" },
  log: { legend: "logarithmic", brief: "log", action: "Logarithmic scale" },
  rank: { legend: "by rank", brief: "by rank", action: "Scale by rank" },
  distance: { legend: "log distance from the best", brief: "distance", action: "Distance from the best" },
};

/** A select element with the `kinds` of scales; `change(kind)` is called when the user takes another. */
export function scaleChoice(kinds, kind, change, label = "Scale") {
  const select = element("select", { "aria-label": label, onchange: () => change(select.value) });
  for (const one of kinds) select.append(element("option", { value: one }, SCALE_WORDS[one].legend));
  select.value = kind;
  return select;
}

/** A name with its scale behind it, where that is no linear one: what stands beside an axis with little room. */
export function scaledName(name, kind) {
  const brief = kind && SCALE_WORDS[kind].brief;
  return brief ? `${name}, ${brief}` : name;
}

/** A select element with all columns; `change(index)` is called when the user takes another. */
export function colourChoice(data, index, change) {
  const select = element("select", { onchange: () => change(Number(select.value)) });
  for (const column of data.columns) select.append(element("option", { value: column.index }, column.label));
  select.value = index;
  return select;
}

/** The pages' colours that scripts draw with. */
export function pageStyle(node) {
  const css = getComputedStyle(node);
  const read = (name) => css.getPropertyValue(name).trim();
  return {
    ...{ grey: read("--faint"), line: read("--line"), text: read("--text"), bad: read("--bad") },
    ...{ mark: read("--mark"), halo: read("--page"), accent: read("--accent") },
  };
}

/** Fills `legend` with what the colours of `colouring` mean. */
export function showLegend(legend, colouring, palette) {
  const { column } = colouring;
  if (colouring.low === undefined) {
    const keys = colouring.colours.map((colour, index) => {
      const swatch = element("i", { class: "swatch" });
      swatch.style.background = colour;
      return element("span", { class: "key" }, swatch, column.options[index]);
    });
    legend.replaceChildren(...keys);
    return;
  }
  if (colouring.empty) {
    legend.replaceChildren("no values");
    return;
  }
  if (colouring.low === colouring.high && !column.category) {
    legend.replaceChildren(`${column.label} `, numberText(colouring.low), " everywhere");
    return;
  }
  const bar = element("i", { class: "ramp" });
  bar.style.background = rampGradient(palette, colouring.turned);
  const { low, high, clipped, turned } = colouring;
  const [bottom, top] = turned ? [clipped ?? low, high] : [low, clipped ?? high];
  const ends = column.category ? [column.options[low], column.options[high]] : [short(bottom, top), short(top, bottom)];
  if (clipped !== undefined && turned) ends[0] = `≤ ${ends[0]}`;
  else if (clipped !== undefined) ends[1] = `≥ ${ends[1]}`;
  const words = column.category || colouring.kind === "linear" ? "" : element("span", {}, scaleWords(colouring));
  legend.replaceChildren(element("span", {}, ends[0]), bar, element("span", {}, ends[1]), words);
}

/** How the colours follow the values: by rank, the median stands in the middle of the ramp. */
function scaleWords({ kind, middle }) {
  return kind === "rank" ? `by rank, median ${short(middle)}` : SCALE_WORDS[kind].legend;
}

/** All rows in the order of drawing: the best lie on top, what has no colour below everything. */
export function drawingOrder(colouring, places) {
  const { colours, bucket } = colouring;
  const level = (row) => (bucket(row) < 0 ? colours.length : bucket(row));
  return rowsBy(places.map((place, row) => -level(row) * (places.length + 1) - Math.min(place, places.length)));
}
