// Scatter plots of several pairs of columns: tools, linked panels, and the table of what they show.

import { makeColouring, whenThemeChanges } from "./colour.js";
import { cellContent, ranks } from "./data.js";
import { counted, element, exact, oncePerFrame, openDialog } from "./dom.js";
import { colourChoice, drawingOrder, pageStyle, scaleChoice, showLegend } from "./legend.js";
import { Panel, panelWords } from "./points.js";
import { RowTable } from "./rowtable.js";
import { saveButtons, traced } from "./saving.js";
import { makeScale } from "./scale.js";

const MOST_SHAPES = 5000; // dots of a saved svg; with more, programs that open it become slow
const AT_FIRST = 15; // panels; the others come when the user wants them

/** All pairs of the columns that are shown as parameters; the one parameter against the result. */
export function allPairs(data) {
  return pairsOf(data, data.columns.filter((column) => column.role === "parameter" && column.shown));
}

function pairsOf(data, chosen) {
  if (chosen.length === 1) return [[chosen[0], data.columns[data.result]]];
  return chosen.flatMap((y, index) => chosen.slice(0, index).map((x) => [x, y]));
}

/** Every shown parameter against the result. */
export function slicePairs(data) {
  const chosen = data.columns.filter((column) => column.role === "parameter" && column.shown);
  return chosen.map((column) => [column, data.columns[data.result]]);
}

/** The pairs of columns with these names. */
export function namedPairs(data, names) {
  const byName = new Map(data.columns.map((column) => [column.name, column]));
  return names.map((pair) => pair.map((name) => byName.get(name)));
}

/**
 * Puts scatter plots of `pairs` into `root`. options: table: whether the table of rows is below them; choice: whether
 * the user may choose the parameters; most: the largest result shown at first.
 */
export function mountScatter(root, data, pairs, options) {
  return new ScatterPlots(root, data, pairs, options);
}

class ScatterPlots {
  constructor(root, data, pairs, { table, choice = false, most = Infinity }) {
    Object.assign(this, { data, pairs });
    this.chosen = choice ? new Set(pairs.flat().filter((column) => column.role === "parameter")) : null;
    this.kinds = new Map(data.columns.map((column) => [column, column.scale]));
    this.colourBy = data.result;
    this.most = most;
    this.only = null; // the rows that may be shown; null: all
    this.places = ranks(data).places;
    const best = this.places.indexOf(0);
    this.held = best < 0 ? null : best;
    this.table = table ? new RowTable(data, (row, held) => this.#point(row, held)) : null;
    this.panels = [];
    this.#build(root);
    this.#more();
    const redraw = oncePerFrame(() => this.draw());
    let width = 0;
    new ResizeObserver(() => {
      if (this.grid.clientWidth !== width) redraw();
      width = this.grid.clientWidth;
    }).observe(this.grid);
    whenThemeChanges(redraw);
  }

  #build(root) {
    this.legend = element("span", { class: "legend" });
    const choice = colourChoice(this.data, this.colourBy, (index) => {
      this.colourBy = index;
      this.draw();
    });
    const limit = element("input", { type: "text", inputmode: "decimal", size: 10, placeholder: "any" });
    if (this.most < Infinity) limit.value = exact(this.most);
    limit.addEventListener("input", () => {
      const value = limit.value.trim() === "" ? Infinity : Number(limit.value);
      limit.setAttribute("aria-invalid", Number.isNaN(value));
      if (Number.isNaN(value)) return;
      this.most = value;
      this.draw();
    });
    this.scaleChoice = scaleChoice(["linear", "log", "rank"], "linear", (kind) => {
      this.kinds.set(this.data.columns[this.colourBy], kind);
      this.draw();
    });
    this.grid = element("div");
    const chooser = this.chosen?.size > 1 ? element("button", { type: "button", onclick: () => this.#choose() }, "Parameters …") : "";
    this.tip = element("p", { class: "tip" });
    this.status = element("p", { role: "status", class: "count" });
    this.moreButton = element("button", { type: "button", onclick: () => this.#more() });
    root.append(
      element(
        "div",
        { class: "bar tools", role: "toolbar", "aria-label": "Tools of the scatter plots" },
        element("label", {}, "Colour ", choice),
        this.scaleChoice,
        element("label", {}, `${this.data.goal} at most `, limit),
        element("button", { type: "button", onclick: () => this.#chooseLogs() }, "Logarithmic axes …"),
        chooser,
        saveButtons(`${this.data.name} scatter plots`, document.body, () => this.#picture(), `Dots are shapes; more than ${MOST_SHAPES.toLocaleString("en")} become a picture`),
      ),
      element("p", {}, this.legend),
      this.status,
      this.grid,
      this.moreButton,
      this.tip,
      this.table ? this.table.root : "",
    );
  }

  /** All panels where they stand on the page, for a file. */
  #picture() {
    const box = this.grid.getBoundingClientRect();
    const dots = this.panels.reduce((sum, panel) => sum + panel.at.size, 0);
    const nodes = this.panels.map((panel) => {
      const { canvas, size } = panel;
      const place = canvas.getBoundingClientRect();
      const node = dots > MOST_SHAPES ? canvas : traced(size.width, size.height, (pen) => panel.trace(pen));
      return { node, x: place.left - box.left, y: place.top - box.top };
    });
    return [
      { words: this.data.name },
      { legend: this.legend, ramp: this.colouring.colours },
      { nodes, width: box.width, height: box.height },
    ];
  }

  /** The dialog in which the user says which parameters stand against each other. */
  #choose() {
    const parameters = this.data.columns.filter((column) => column.role === "parameter");
    chooseColumns("Parameters", "Shown", parameters, this.chosen, () => this.#pair());
  }

  #pair() {
    this.pairs = pairsOf(this.data, this.data.columns.filter((column) => this.chosen.has(column)));
    this.panels = [];
    this.grid.replaceChildren();
    this.#more();
  }

  #more() {
    this.grid.className = this.pairs.length > 2 ? "panels" : "panels few";
    const added = this.pairs.slice(this.panels.length, this.panels.length + AT_FIRST);
    for (const [x, y] of added) {
      const [canvas, ring] = [element("canvas", { role: "img" }), element("canvas", { "aria-hidden": "true", class: "ring" })];
      const panel = new Panel(canvas, x, y);
      panel.ring = ring;
      const over = oncePerFrame((event) => event.buttons || this.#point(panel.nearest(...inside(event, canvas)), false));
      let pressed; // a click is told in whole pixels, and the hand may move in it
      canvas.addEventListener("pointermove", over);
      canvas.addEventListener("pointerdown", (event) => {
        pressed = panel.nearest(...inside(event, canvas));
        this.#point(pressed, false);
      });
      canvas.addEventListener("pointerleave", () => this.#point(null, false));
      canvas.addEventListener("click", (event) => {
        const row = pressed === undefined ? panel.nearest(...inside(event, canvas)) : pressed;
        pressed = undefined;
        this.table?.reveal(row);
        this.#point(row, true);
      });
      this.grid.append(element("figure", {}, canvas, ring));
      this.panels.push(panel);
    }
    const left = this.pairs.length - this.panels.length;
    this.moreButton.hidden = left <= 0;
    this.moreButton.textContent = `Show ${Math.min(left, AT_FIRST)} more of ${counted(left, "further pair")}`;
    this.draw();
  }

  /** Show nothing but these rows (a Set), on axes that stay as they are. */
  limit(rows) {
    this.only = rows;
    this.draw();
  }

  #chooseLogs() {
    const numbers = this.data.columns.filter((column) => !column.category);
    const logs = new Set(numbers.filter((column) => this.kinds.get(column) === "log"));
    chooseColumns("Logarithmic axes", "Logarithmic", numbers, logs, () => {
      for (const column of numbers) {
        if (logs.has(column) !== (this.kinds.get(column) === "log")) this.kinds.set(column, logs.has(column) ? "log" : "linear");
      }
      this.draw();
    });
  }

  /** Draws all panels anew. */
  draw() {
    const { data } = this;
    const result = data.columns[data.result].values;
    const included = (row) => !(result[row] > this.most);
    const shown = Uint8Array.from(result, (_, row) => (included(row) ? 1 : 0));
    const column = data.columns[this.colourBy];
    const colouring = makeColouring(data, column, included, this.kinds.get(column));
    this.scaleChoice.value = this.kinds.get(column);
    this.scaleChoice.hidden = column.category;
    const rows = drawingOrder(colouring, this.places).filter((row) => shown[row] && (!this.only || this.only.has(row)));
    const style = pageStyle(this.grid);
    const best = rows.reduce((found, row) => (data.counts[row] && !(this.places[found] <= this.places[row]) ? row : found), null);
    const count = counted(rows.length, "evaluation");
    for (const panel of this.panels) {
      const width = panel.canvas.parentElement.clientWidth;
      const scale = (one) => makeScale(one, included, this.kinds.get(one), { folding: one.role !== "parameter", ranged: true });
      const size = { width, height: Math.round(Math.min(width * 0.82, 420)) };
      panel.draw(rows, { x: scale(panel.x), y: scale(panel.y) }, { colouring, counts: data.counts, style, best }, size);
      panel.canvas.setAttribute("aria-label", panelWords(panel, count, best));
    }
    this.colouring = colouring;
    showLegend(this.legend, colouring, data.palette);
    const crosses = rows.filter((row) => !data.counts[row]).length;
    const drawn = crosses ? `${count}, ${crosses.toLocaleString("en")} of them without a result (crosses).` : `${count}.`;
    this.status.textContent = best === null ? drawn : `${drawn} The star is the best.`;
    this.table?.show(shown);
    this.#point(null, false);
  }

  #point(row, hold) {
    if (hold) this.held = this.held === row ? null : row;
    const marked = row ?? this.held;
    const style = pageStyle(this.grid);
    for (const panel of this.panels) panel.mark(panel.ring, marked, style);
    this.table?.mark(marked);
    if (marked === null) {
      this.tip.replaceChildren("Point at a dot to see its values here.");
      return;
    }
    const columns = this.data.columns.filter((column) => column.shown || column.role === "trial");
    const values = columns.map((column) =>
      element("span", {}, `${column.label} `, element("b", {}, cellContent(column, marked) || "none")),
    );
    this.tip.replaceChildren(...values);
  }
}

function inside(event, canvas) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** A dialog with a box for each of `columns`, which puts them into the Set `chosen` and takes them out. */
function chooseColumns(title, legend, columns, chosen, changed) {
  const boxes = columns.map((column) => {
    const box = element("input", { type: "checkbox" });
    box.checked = chosen.has(column);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(column);
      else chosen.delete(column);
      changed();
    });
    return element("label", {}, box, ` ${column.label}`);
  });
  openDialog(title, [element("fieldset", { class: "list" }, element("legend", {}, legend), ...boxes)]);
}
