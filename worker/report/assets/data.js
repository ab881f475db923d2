// The page's data: deflated JSON in a script element, made into columns of numbers.

import { element, numberText } from "./dom.js";

/** What the element `identity` holds, as it was packed. */
export async function readParts(identity) {
  const text = document.getElementById(identity).textContent;
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at); // a loop, as `from` takes ten times as long
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Columns and rows from the element `identity`; see worker/report/data/plot_columns.py for what is in it. */
export async function readData(identity) {
  const content = await readParts(identity);
  const columns = content.columns.map(readColumn);
  const byRole = (role) => columns.findIndex((column) => column.role === role);
  const [status, result] = [byRole("status"), byRole("result")];
  // Row -> whether its result counts: a failed evaluation may have printed one too.
  const counts = Uint8Array.from(columns[status].values, (value, row) =>
    content.usable[value] && !Number.isNaN(columns[result].values[row]) ? 1 : 0,
  );
  return { ...content, columns, size: counts.length, trial: byRole("trial"), status, result, counts };
}

function readColumn(raw, index) {
  const values = new Float64Array(raw.values.length);
  for (let row = 0; row < values.length; row++) values[row] = raw.values[row] ?? NaN;
  return { ...raw, index, values, category: raw.options !== undefined };
}

/** What the column shows in a row, as text; `write` makes text of a number. */
export function cellText(column, row, write) {
  const value = column.values[row];
  if (Number.isNaN(value)) return "";
  return column.category ? column.options[value] : write(value);
}

/** The same for the page, where shorter numbers have the exact ones behind them. */
export function cellContent(column, row) {
  const value = column.values[row];
  return column.category || Number.isNaN(value) ? cellText(column, row) : numberText(value);
}

/** The line that names what is always the same, as it has no axis at first; "" where all differs. */
export function constantWords(data) {
  const same = data.columns.filter((column) => column.constant && !column.shown);
  if (!same.length) return "";
  const told = same.flatMap((column, index) => [index ? ", " : "", `${column.label} `, element("b", {}, numberText(column.values.find((value) => !Number.isNaN(value))))]);
  return element("p", { class: "soft" }, "Always the same: ", ...told, ".");
}

/** Row -> its place among the usable results, 0 for the best; rows without one come behind all others. */
export function ranks(data) {
  const result = data.columns[data.result].values;
  const sign = data.largest ? -1 : 1;
  const usable = data.counts.reduce((sum, counted) => sum + counted, 0);
  const order = rowsBy(result.map((value, row) => (data.counts[row] ? sign * value : NaN)));
  const places = new Float64Array(data.size).fill(Infinity);
  for (let place = 0; place < usable; place++) places[order[place]] = place;
  return { places, usable };
}

/** All rows in ascending order of their `keys`, a Float64Array; equal ones as they come, and those without a number (NaN) last. */
export function rowsBy(keys) {
  // Numbers are sorted many times faster than rows by numbers, and tell of each row where it belongs.
  const sorted = keys.slice().sort();
  const taken = new Uint32Array(keys.length);
  const order = new Uint32Array(keys.length);
  for (let row = 0; row < keys.length; row++) {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < keys[row] || (Number.isNaN(keys[row]) && !Number.isNaN(sorted[middle]))) low = middle + 1;
      else high = middle;
    }
    order[low + taken[low]++] = row;
  }
  return order;
}
