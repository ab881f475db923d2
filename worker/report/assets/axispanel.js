// The settings of one axis and the list of all of them: what the pointer can do, by keyboard and with words.

import { counted, element, exact, numberText, openDialog, readable } from "./dom.js";
import { SCALE_WORDS } from "./legend.js";

/** The dialog of one axis; `selected` is 1 for every selected row. actions: limit, step, invert, scale, fold, hide, colour, closed. */
export function openAxisPanel(axis, selected, actions) {
  const { column } = axis;
  let dialog = null;
  const act = (action) => () => {
    dialog.close();
    action();
  };
  const button = (text, action) => element("button", { type: "button", onclick: act(action) }, text);
  const content = [
    element("p", {}, ...selectedWords(column, selected)),
    axis.scale.empty ? "" : column.category ? categoryChoice(axis, actions) : numberRange(axis, actions),
    element(
      "p",
      { class: "buttons" },
      button("Move left", () => actions.step(axis, -1)),
      button("Move right", () => actions.step(axis, 1)),
      button(axis.inverted ? "Not inverted" : "Invert", () => actions.invert(axis)),
      ...(column.category ? [] : otherScales(axis).map((kind) => button(SCALE_WORDS[kind].action, () => actions.scale(axis, kind)))),
      axis.scale.foldable ? button(axis.folding ? "Unfold outliers" : "Fold outliers", () => actions.fold(axis)) : "",
      button("Colour by this", () => actions.colour(axis)),
      button("Hide", () => actions.hide(axis)),
    ),
  ];
  dialog = openDialog(column.label, content, () => actions.closed(axis));
}

function otherScales(axis) {
  return ["linear", "log", "rank"].filter((kind) => kind !== axis.kind);
}

/** What the selected rows have in the column: from, to and median, or how often each category. */
function selectedWords(column, selected) {
  const values = column.values.filter((value, row) => selected[row] && !Number.isNaN(value)).sort();
  if (!values.length) return ["The selected evaluations have no value here."];
  const many = counted(values.length, "selected evaluation");
  if (!column.category) return [`${many}: from `, numberText(values[0]), " to ", numberText(values.at(-1)), ", median ", numberText(median(values)), "."];
  const times = new Map();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  const often = [...times].sort((one, other) => other[1] - one[1]);
  const listed = often.slice(0, 8).map(([value, count]) => `${column.options[value]} (${count.toLocaleString("en")})`);
  return [`${many}: ${listed.join(", ")}${often.length > listed.length ? `, and ${counted(often.length - listed.length, "more value")}` : ""}.`];
}

/** The middle of ascending numbers, halfway between the two middle ones where their count is even. */
function median(ascending) {
  const half = ascending.length >> 1;
  if (ascending.length % 2) return ascending[half];
  return ascending[half - 1] + (ascending[half] - ascending[half - 1]) / 2;
}

/** Two fields for the range of an axis, {column, range, scale}; actions.limit(column, range) hears of every change. */
export function numberRange(axis, actions, legend = "Select the range") {
  const range = axis.range ?? {};
  const field = (label, value, otherwise) => {
    const input = element("input", { type: "text", inputmode: "decimal", size: 12, placeholder: readable(otherwise), title: exact(otherwise) });
    input.value = value === undefined || value === otherwise ? "" : exact(value);
    input.addEventListener("input", apply);
    return element("label", {}, `${label} `, input);
  };
  const read = (label, otherwise) => {
    const input = label.querySelector("input");
    const value = input.value.trim() === "" ? otherwise : Number(input.value);
    input.setAttribute("aria-invalid", Number.isNaN(value));
    return value;
  };
  const from = field("From", range.low, axis.scale.low);
  const to = field("to", range.high, axis.scale.high);
  function apply() {
    const [low, high] = [read(from, axis.scale.low), read(to, axis.scale.high)];
    if (Number.isNaN(low) || Number.isNaN(high)) return;
    const all = low <= axis.scale.low && high >= axis.scale.high;
    actions.limit(axis.column, all ? null : { low, high });
  }
  return element("fieldset", {}, element("legend", {}, legend), from, " ", to);
}

function categoryChoice(axis, actions) {
  const boxes = axis.column.options.map((text, index) => {
    const box = element("input", { type: "checkbox", onchange: apply });
    box.checked = !axis.range || axis.range.has(index);
    return [box, element("label", {}, box, ` ${text}`)];
  });
  function apply() {
    const chosen = new Set(boxes.flatMap(([box], index) => (box.checked ? [index] : [])));
    actions.limit(axis.column, chosen.size === boxes.length ? null : chosen);
  }
  const labels = boxes.map(([, label]) => label);
  return element("fieldset", { class: "list" }, element("legend", {}, "Select the values"), ...labels);
}

/** The dialog that shows and hides axes. `shown`: indices of the columns with an axis; `change(index, isShown)`. */
export function openColumnsPanel(columns, shown, change) {
  const boxes = columns.map((column) => {
    const box = element("input", { type: "checkbox", onchange: () => change(column.index, box.checked) });
    box.checked = shown.includes(column.index);
    return element("label", {}, box, ` ${column.label}`);
  });
  openDialog("Axes", [
    element("fieldset", { class: "list" }, element("legend", {}, "Shown"), ...boxes),
  ]);
}

/** What one can do with a parallel plot, in words. */
export function openHelp() {
  const lines = [
    "Every line is one evaluation; it crosses each axis at its value. Dashed grey lines have no result.",
    "Drag along an axis to select a range, on several axes if you like; drag the range to move it, its ends to resize it; click the axis to remove it.",
    "A few values far above all others lie together at the end of their axis, marked with >; its settings unfold them.",
    "Click the name of an axis for its settings (what the selected evaluations have there, an exact range, logarithmic scale, order, hiding); drag the name to move the axis.",
    "“Best” shows only the evaluations with the best results.",
    "“Keep” leaves only the selected lines and fits the axes to them, “Exclude” removes them, “Restore” brings all lines back.",
    "Search, above the table, selects the evaluations that have all of the words. What is selected is what the table lists and Export csv writes.",
    "The table lists the selected evaluations. Point at a row or a line to see it in the other; click to hold it, and to turn to the page of its row.",
    "With the keyboard: Tab reaches everything; Enter on the name of an axis opens its settings, with the range as numbers, and the arrow keys move the axis to the left and right.",
  ];
  openDialog("Help", [element("ul", {}, ...lines.map((line) => element("li", {}, line)))]);
}
