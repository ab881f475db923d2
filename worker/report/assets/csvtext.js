// Rows as csv, as the run's own csv writes them.

import { cellText } from "./data.js";
import { exact } from "./dom.js";

/** The rows as csv, guarded as the run's own csv is: no spreadsheet runs a text. */
export function csvText(data, rows) {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  const cell = (text) => {
    const safe = /^'*[=+\-@\t\r＝＋－＠]/.test(text) && !number.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [data.columns.map((column) => cell(column.name))];
  for (const row of rows) lines.push(data.columns.map((column) => cell(cellText(column, row, exact))));
  return lines.map((line) => line.join(",") + "\n").join("");
}
