// The parameters: added, removed, moved; shown with the fields that their type needs. Nothing that was typed is lost.

import { announce } from "./announce.js";
import { released } from "./press.js";
import { announceUndoable } from "./undo.js";

const INDEXED = ["id", "name", "for", "aria-describedby", "aria-label", "value"];

let isCounted = true; // whether there are as many rows as the number of parameters says

const list = () => document.getElementById("parameters");
const counter = () => document.getElementById("number_of_parameters");
const rows = () => [...list().querySelectorAll("[data-row]")];
const shownRows = () => rows().filter((row) => !row.hidden);
const kinds = () => JSON.parse(list().dataset.types);
const field = (row, name) => row.querySelector(`[name$="_${name}"]`);

/** Bring every row in line with its type and place; needed once for a page from the server. */
export function prepareRows() {
  rows().forEach(prepareRow);
  counter().value = String(shownRows().length);
}

/** React to what the user does with parameters; `changed` is called after each change. */
export function watchRows(changed) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fix]");
    if (!button) return;
    event.preventDefault();
    doFix(JSON.parse(button.dataset.fix));
    changed();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-action], #add-parameter");
    if (!button) return;
    event.preventDefault();
    // A number that was typed right before is from earlier.
    if (!isCounted) setNumber(changed);
    const row = button.closest("[data-row]");
    if (row?.hidden) return;
    if (button.id === "add-parameter") addRow();
    else if (button.dataset.rowAction === "insert") insertPlaceholder(row);
    else if (button.dataset.rowAction === "remove") removeRow(row, changed);
    else moveRow(row, button.dataset.rowAction === "up" ? -1 : 1, button);
    changed();
  });
  document.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (!row) return;
    if (event.target.matches("[data-type]")) showSettings(row);
    showPlaceholder(row);
  });
  document.addEventListener("change", async (event) => {
    if (event.target !== counter()) return;
    isCounted = false;
    await released();
    if (!isCounted) setNumber(changed);
  });
}

/** Do what solves a problem: texts of fields, and parameters that are missing. */
function doFix(fix) {
  let last = null;
  for (const [id, text] of Object.entries(fix.changes)) {
    last = document.getElementById(id);
    if (last.type === "checkbox") last.checked = text === "1";
    else last.value = text;
    last.dispatchEvent(new Event("input", { bubbles: true }));
  }
  for (const name of fix.adds) {
    const empty = shownRows().find((row) => !field(row, "name").value.trim());
    if (!empty) addRow();
    const row = empty ?? shownRows().at(-1);
    field(row, "name").value = name;
    showPlaceholder(row);
    last ??= field(row, "value_min");
  }
  last?.focus();
  announce(`Done: ${fix.label}.`);
}

function addRow() {
  const most = Number(counter().dataset.most);
  if (shownRows().length >= most) {
    announce(`This page accepts at most ${most} parameters; the command line accepts more.`);
    return;
  }
  const template = document.getElementById("parameter-template");
  const row = template.content.firstElementChild.cloneNode(true);
  const last = shownRows().at(-1);
  if (last) last.after(row);
  else list().prepend(row);
  renumber();
  field(row, "name").focus();
  announce(`Parameter ${shownRows().length} was added.`);
}

function removeRow(row, changed) {
  const index = shownRows().indexOf(row);
  const next = row.nextElementSibling;
  row.remove();
  renumber();
  const neighbour = shownRows()[Math.min(index, shownRows().length - 1)];
  (neighbour ? neighbour.querySelector('[data-row-action="remove"]') : document.getElementById("add-parameter")).focus();
  announceUndoable(`Parameter ${index + 1} was removed.` + shiftSentence(index), () => {
    list().insertBefore(row, next && next.isConnected ? next : null);
    renumber();
    field(row, "name").focus();
    announce(`Parameter ${index + 1} is back.`);
    changed();
  });
}

function moveRow(row, step, button) {
  const all = shownRows();
  const target = all.indexOf(row) + step;
  if (target < 0 || target >= all.length) {
    announce(step < 0 ? "This is the first parameter." : "This is the last parameter.");
    return;
  }
  if (step < 0) all[target].before(row);
  else all[target].after(row);
  renumber();
  button.focus();
  announce(`Moved: it is now parameter ${target + 1}.` + shiftSentence(-1));
}

/** A reminder where the objective program counts the parameters, and their numbers have changed. */
function shiftSentence(removed) {
  const counted = /\(\$x_(\d+)\)/.test(document.getElementById("objective_program").value);
  if (!counted || removed >= shownRows().length) return "";
  return " The placeholders ($x_0), ($x_1), ... follow the order of the parameters: check the objective program.";
}

function setNumber(changed) {
  isCounted = true;
  const wanted = Number(counter().value);
  if (!/^\s*\d+\s*$/.test(counter().value) || wanted > Number(counter().dataset.most)) {
    changed(); // the server says what is wrong with it
    return;
  }
  const before = shownRows().length;
  showRows(wanted);
  const sentence = wanted === 1 ? "There is 1 parameter." : `There are ${wanted} parameters.`;
  if (wanted < before) {
    announceUndoable(sentence, () => {
      showRows(before);
      announce(`There are ${before} parameters again.`);
      changed();
    });
  } else {
    announce(sentence);
  }
  changed();
}

function showRows(wanted) {
  // Rows that are too many are only hidden, so that they come back with what was typed.
  rows().forEach((row, index) => (row.hidden = index >= wanted));
  for (let missing = wanted - rows().length; missing > 0; missing -= 1) {
    const template = document.getElementById("parameter-template");
    list().append(template.content.firstElementChild.cloneNode(true));
  }
  renumber();
}

function renumber() {
  rows().forEach((row, index) => {
    if (row.dataset.row !== String(index)) setIndex(row, index);
    prepareRow(row);
  });
  counter().value = String(shownRows().length);
}

function setIndex(row, index) {
  row.dataset.row = String(index);
  for (const element of row.querySelectorAll("[id], [name], [for], [aria-label]")) {
    for (const name of INDEXED) {
      const value = element.getAttribute(name);
      if (value === null || (name === "value" && !element.dataset.rowAction)) continue;
      element.setAttribute(name, renumbered(value, index, name));
    }
  }
  row.querySelector("[data-row-number]").textContent = String(index + 1);
}

function renumbered(value, index, attribute) {
  if (attribute === "value") return value.replace(/-(\d+|__N__)$/, `-${index}`);
  if (attribute === "aria-label") return value.replace(/(parameter) \d*$/, `$1 ${index + 1}`);
  return value.replace(/param_(\d+|__N__)_/g, `param_${index}_`);
}

function prepareRow(row) {
  showSettings(row);
  showPlaceholder(row);
}

function showSettings(row) {
  const kind = kinds()[field(row, "type").value]; // none where a link brought an unknown type
  const needed = kind?.settings;
  for (const setting of row.querySelectorAll("[data-setting]")) {
    setting.hidden = Boolean(needed) && !needed.includes(setting.dataset.setting);
    const input = setting.querySelector("input");
    if (kind?.optional.includes(setting.dataset.setting)) input.placeholder = "optional";
    else input.removeAttribute("placeholder");
  }
  row.querySelector("[data-type-summary]").textContent = kind?.summary ?? "";
  // What is not shown keeps its text, but is not sent.
  for (const input of row.querySelectorAll("input, select")) {
    input.disabled = row.hidden || Boolean(input.closest("[hidden]"));
  }
}

function showPlaceholder(row) {
  const name = field(row, "name").value.trim();
  const usable = new RegExp(`^(?:${list().dataset.namePattern})$`).test(name);
  const placeholder = usable ? `($${name})` : `($x_${row.dataset.row})`;
  // What does not always exist stands in a part that is left out without it.
  const part = `[?--${name || "option"}=${placeholder}?]`;
  row.querySelector("[data-placeholder]").textContent = field(row, "when").value.trim() ? part : placeholder;
}

/** As an option of the program, once; behind an = that the cursor stands at, without its name. */
function insertPlaceholder(row) {
  const program = document.getElementById("objective_program");
  const placeholder = row.querySelector("[data-placeholder]").textContent;
  const name = field(row, "name").value.trim();
  const written = new RegExp(`\\(\\$(?:x_${row.dataset.row}|${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") || "-"})\\)`);
  if (written.test(program.value)) {
    announce(`${placeholder} is in the objective program already.`);
    return;
  }
  const before = program.value.slice(0, program.selectionStart);
  const option = placeholder.startsWith("(") && placeholder.includes(`$${name})`) ? `--${name}=${placeholder}` : placeholder;
  if (/=$/.test(before)) program.setRangeText(placeholder, before.length, program.selectionEnd, "end");
  else program.setRangeText((/\S$/.test(program.value) ? " " : "") + option, program.value.length, program.value.length, "end");
  announce(`${option} was inserted into the objective program.`);
}
