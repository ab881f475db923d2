// A table of rows that can be searched and sorted, a page at a time.

import { cellContent, cellText, rowsBy } from "./data.js";
import { breakable, counted, element, exact } from "./dom.js";

const PAGE = 25;

/**
 * The table of `data` below a plot. `onPoint(row, held)` is called when the user points at a row (null: at none)
 * or holds it by a click; `onSearch(test)`, where given, with what tells of a row whether the search finds it, or null.
 */
export class RowTable {
  constructor(data, onPoint, onSearch = () => {}) {
    this.data = data;
    this.onPoint = onPoint;
    this.shown = new Uint8Array(data.size);
    this.found = [];
    this.page = 0;
    this.sorting = { column: data.columns[data.result], sign: data.largest ? -1 : 1 };
    this.order = this.#sorted();
    this.texts = new Map(); // row -> its text in small letters, for the search
    this.body = element("tbody");
    this.note = element("span", { role: "status" });
    this.search = element("input", { type: "search", placeholder: "Search", "aria-label": "Search the table" });
    this.search.addEventListener("input", () => {
      this.refresh();
      onSearch(this.#words().length ? this.#finder() : null);
    });
    // The answer comes before the parameters, which may be many.
    const first = [data.columns[data.trial], data.columns[data.result]];
    this.columns = [...new Set([...first, ...data.columns])];
    this.heads = this.columns.map((column) => this.#head(column));
    this.back = this.#turner("Previous", -1);
    this.forth = this.#turner("Next", 1);
    const table = element(
      "table",
      {},
      element("caption", { class: "unseen" }, "The selected evaluations"),
      element("thead", {}, element("tr", {}, ...this.heads)),
      this.body,
    );
    this.root = element(
      "section",
      { class: "rows", "aria-label": "Table of the selected evaluations" },
      element("div", { class: "bar" }, this.search, this.note, this.back, this.forth),
      element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Table, scrollable" }, table),
    );
    this.body.addEventListener("pointerleave", () => this.onPoint(null, false));
  }

  #head(column) {
    const button = element("button", { type: "button", title: column.label.length > 60 && column.label, onclick: () => this.#sortBy(column) }, ...breakable(column.label));
    return element("th", { scope: "col", class: column.category ? "" : "number" }, button);
  }

  #turner(text, step) {
    const turn = () => {
      this.page += step;
      this.#draw();
    };
    return element("button", { type: "button", onclick: turn }, text);
  }

  #sortBy(column) {
    const again = this.sorting.column === column;
    this.sorting = { column, sign: again ? -this.sorting.sign : 1 };
    this.order = this.#sorted();
    this.refresh();
  }

  #sorted() {
    const { column, sign } = this.sorting;
    return rowsBy(sortingKeys(column).map((key) => sign * key));
  }

  /** Show the rows that are 1 in `mask`. */
  show(mask) {
    this.shown = mask;
    this.refresh();
  }

  /** The rows that the table lists, on all its pages, in its order. */
  listed() {
    return this.found;
  }

  refresh() {
    const matches = this.#finder();
    this.found = this.order.filter((row) => this.shown[row] && matches(row));
    this.page = 0;
    this.heads.forEach((head, index) => {
      const sorted = this.columns[index] === this.sorting.column;
      if (sorted) head.setAttribute("aria-sort", this.sorting.sign > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    this.#draw();
  }

  /** Look for nothing any more. */
  endSearch() {
    this.search.value = "";
  }

  #words() {
    return this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  }

  #finder() {
    const words = this.#words();
    return (row) => words.every((word) => this.#textOf(row).includes(word));
  }

  #textOf(row) {
    if (!this.texts.has(row)) {
      const cells = this.data.columns.map((column) => cellText(column, row, exact));
      this.texts.set(row, cells.join("\n").toLowerCase());
    }
    return this.texts.get(row);
  }

  #draw() {
    const last = Math.max(0, Math.ceil(this.found.length / PAGE) - 1);
    this.page = Math.min(Math.max(0, this.page), last);
    const start = this.page * PAGE;
    const page = this.found.slice(start, start + PAGE);
    this.body.replaceChildren(...Array.from(page, (row) => this.#row(row)));
    this.back.disabled = this.page === 0;
    this.forth.disabled = this.page === last;
    const count = counted(this.found.length, "evaluation");
    this.note.textContent = page.length ? `${count}, ${start + 1} to ${start + page.length} shown` : count;
    this.mark(this.marked ?? null);
  }

  #row(row) {
    const cells = this.columns.map((column) => {
      const content = cellContent(column, row);
      if (column.index !== this.data.trial) return element("td", { class: column.category ? "" : "number", title: content.length > 30 && content }, content);
      const hold = () => this.onPoint(row, true);
      const look = () => this.onPoint(row, false);
      const button = element("button", { type: "button", onclick: hold, onfocus: look }, content);
      button.setAttribute("aria-label", `Mark the line of evaluation ${content}`);
      return element("th", { scope: "row", class: "number" }, button);
    });
    const line = element("tr", { "data-row": row, onpointerenter: () => this.onPoint(row, false) }, ...cells);
    return line;
  }

  /** Turn to the page with the row, where the table lists it. */
  reveal(row) {
    const place = this.found.indexOf(row);
    if (place < 0) return;
    this.page = Math.floor(place / PAGE);
    this.#draw();
  }

  /** Mark the row in the table, where the page shows it; null marks none. */
  mark(row) {
    this.marked = row;
    for (const line of this.body.children) line.classList.toggle("marked", line.dataset.row === String(row));
  }
}

/** What rows are sorted by: numbers by size, texts by alphabet; whatever is missing is not a number. */
function sortingKeys(column) {
  if (!column.category) return column.values;
  const places = new Float64Array(column.options.length);
  const byAlphabet = [...column.options.keys()].sort((one, other) => column.options[one].localeCompare(column.options[other], "en", { numeric: true }));
  byAlphabet.forEach((option, place) => (places[option] = place));
  return column.values.map((value) => (Number.isNaN(value) ? NaN : places[value]));
}
