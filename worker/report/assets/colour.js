// Colours by value: a perceptual ramp that colour-blind people can read, and eight distinct colours for categories.

import { isPrinting } from "./dom.js";
import { fence, makeScale } from "./scale.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now; paper never is. */
export function isDark() {
  return DARK.matches && !isPrinting();
}

/** Calls `action` when the page becomes light or dark. */
export function whenThemeChanges(action) {
  DARK.addEventListener("change", action);
  for (const moment of ["beforeprint", "afterprint", "white"]) addEventListener(moment, () => DARK.matches && action());
}

/** The css colour of a place from 0 (best, most contrast with the page) to 1 on the ramp of `palette`. */
export function rampColour(palette, place) {
  const anchors = isDark() ? palette.dark : palette.light;
  const scaled = Math.min(Math.max(place, 0), 1) * (anchors.length - 1);
  const index = Math.min(Math.floor(scaled), anchors.length - 2);
  const share = scaled - index;
  const part = (byte) => {
    const [one, other] = [anchors[index], anchors[index + 1]].map((text) => rgbOf(text)[byte]);
    return Math.round(one + (other - one) * share);
  };
  return `rgb(${part(0)} ${part(1)} ${part(2)})`;
}

/** The ramp as a css gradient from left (0) to right (1), or the other way round. */
export function rampGradient(palette, turned) {
  return `linear-gradient(to ${turned ? "left" : "right"}, ${(isDark() ? palette.dark : palette.light).join(", ")})`;
}

export const STEPS = 64; // colours of a ramp

/** Red, green and blue from 0 to 255 of a css colour as it is written here: #rrggbb, or rgb(r g b). */
export function rgbOf(colour) {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/\d+/g).map(Number);
}

/**
 * How rows are coloured by a column: `bucket(row)` is a number from 0 to `colours.length - 1`, or -1 without a value
 * (or with a result that does not count). `included(row)`: the rows that the ramp is stretched over.
 * wanted: the kind of scale. A few outliers at the far end do not take the ramp from all others: `clipped` is the value from which it is full.
 */
export function makeColouring(data, column, included, wanted) {
  const { palette, counts } = data;
  const valued = (row) => !Number.isNaN(column.values[row]) && (column.role !== "result" || counts[row]);
  if (column.category && column.options.length <= palette.categories.length) {
    const colours = palette.categories.slice(0, column.options.length).map((pair) => pair[isDark() ? 1 : 0]);
    return { column, colours, bucket: (row) => (valued(row) ? column.values[row] : -1) };
  }
  const within = (row) => valued(row) && included(row);
  const values = column.values.filter((_, row) => within(row));
  const kind = wanted === "log" && !values.every((value) => value > 0) ? "linear" : wanted;
  const into = kind === "log" ? Math.log : (value) => value;
  // Of a run that maximises, the largest results have the colours that elsewhere the smallest have.
  const turned = Boolean(data.largest) && column.role === "result";
  const far = (found) => (turned ? negated(fence(found.map(negated), (value) => negated(into(negated(value))), 1.5)) : fence(found, into, 1.5));
  const clipped = column.category || kind === "rank" ? undefined : far(values);
  const inside = (value) => clipped === undefined || (turned ? value >= clipped : value <= clipped);
  const scale = makeScale(column, (row) => within(row) && inside(column.values[row]), kind);
  const colours = Array.from({ length: STEPS }, (_, step) => rampColour(palette, step / (STEPS - 1)));
  const bucket = (row) => {
    if (!valued(row)) return -1;
    const value = column.values[row];
    const place = scale.at(inside(value) ? value : clipped);
    return Math.min(STEPS - 1, Math.max(0, Math.round((turned ? 1 - place : place) * (STEPS - 1))));
  };
  const middle = column.category ? undefined : scale.value(0.5);
  return { column, colours, bucket, kind, middle, low: scale.low, high: scale.high, empty: scale.empty, clipped, turned };
}

function negated(value) {
  return value === undefined ? undefined : -value;
}
