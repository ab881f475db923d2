// The parallel plot: its state, its tools, and what happens when the user changes something.

import { drawAxes, positionsOf } from "./axes.js";
import { openAxisPanel, openColumnsPanel, openHelp } from "./axispanel.js";
import { makeBestChoice } from "./bestchoice.js";
import { makeColouring, whenThemeChanges } from "./colour.js";
import { csvText } from "./csvtext.js";
import { cellContent, constantWords } from "./data.js";
import { counted, download, element, oncePerFrame, shape, whenQuiet } from "./dom.js";
import { colourChoice, drawingOrder, pageStyle, scaleChoice, showLegend } from "./legend.js";
import { Lines } from "./lines.js";
import { RowTable } from "./rowtable.js";
import { makeScale } from "./scale.js";
import { saveButtons, traced } from "./saving.js";
import { Selection } from "./selection.js";

const MOST_LINES = 2000; // shapes of a saved svg; with more, programs that open it become slow
const LEAST_ROOM = 80; // pixels between two axes
const MARGIN = { left: 54, right: 78, top: 16, bottom: 12 };

/** Puts a parallel plot of `data` into `root`; `selection` may be shared with other plots, which fire "ranges" where they set some. */
export function mountParallel(root, data, selection = new Selection(data)) {
  return new ParallelPlot(root, data, selection);
}

class ParallelPlot {
  constructor(root, data, selection) {
    this.data = data;
    this.kinds = new Map(); // column -> the kind of its scale, where the user has chosen one
    this.axes = data.columns
      .filter((column) => column.shown)
      .map((column) => this.#newAxis(column));
    this.colourBy = data.result;
    this.selection = selection;
    this.table = new RowTable(data, (row, held) => this.#point(row, held), (test) => this.selection.find(test));
    this.held = null;
    this.#build(root);
    const draw = oncePerFrame(() => {
      this.#drawSelected();
      this.#point(null, false);
    });
    const list = whenQuiet(120, () => this.table.show(this.selection.selected));
    this.selection.addEventListener("change", () => {
      this.#count();
      draw();
      list();
    });
    const layout = oncePerFrame(() => this.layout());
    this.selection.addEventListener("ranges", layout);
    new ResizeObserver(() => this.stage.clientWidth !== this.laidOut && layout()).observe(this.stage);
    whenThemeChanges(layout);
    addEventListener("beforeprint", () => this.lines.finish());
    this.layout();
    this.#count();
    this.table.show(this.selection.selected);
    this.#point(null, false);
  }

  #newAxis(column) {
    return { column, kind: this.#kindOf(column), inverted: false, folding: column.role !== "parameter" };
  }

  #kindOf(column) {
    return this.kinds.get(column) ?? column.scale;
  }

  #setScale(column, kind) {
    this.kinds.set(column, kind);
    for (const axis of this.axes) if (axis.column === column) axis.kind = kind;
    this.layout();
  }

  // What stands on the page.

  #build(root) {
    const canvases = ["back", "front", "mark"].map(() => element("canvas", { "aria-hidden": "true" }));
    this.lines = new Lines(...canvases, this.data.size);
    this.svg = shape("svg", { "aria-hidden": "true" });
    this.names = element("div", { class: "names" });
    this.plot = element("div", { class: "plot" }, this.names, element("div", { class: "drawing" }, ...canvases, this.svg));
    this.stage = element(
      "div",
      { class: "stage", tabindex: 0, role: "group", "aria-label": "Parallel plot: one button for every axis" },
      this.plot,
    );
    this.tip = element("p", { class: "tip" });
    this.status = element("p", { role: "status", class: "count" });
    this.spoken = element("p", { role: "status", class: "unseen" }); // what is seen anyway
    root.append(this.#tools(), element("p", {}, this.legend), this.status, constantWords(this.data), this.spoken, this.stage, this.tip, this.table.root);
    const pointAt = oncePerFrame((event) => this.#hover(event));
    this.plot.addEventListener("pointermove", pointAt);
    this.plot.addEventListener("pointerleave", () => this.#point(null, false));
    // A click is told in whole pixels, and the hand may move in it: what is held is what was lit when it began.
    this.svg.addEventListener("pointerdown", (event) => {
      this.pressed = this.#rowAt(event);
      this.#point(this.pressed, false);
    });
    this.svg.addEventListener("click", (event) => event.target.closest(".catcher") || this.#hold(this.#atPress(event)));
  }

  #tools() {
    const button = (text, title, action) => element("button", { type: "button", title, onclick: action }, text);
    const { selection } = this;
    this.legend = element("span", { class: "legend" });
    this.colourChoice = colourChoice(this.data, this.colourBy, (index) => this.#colour(index));
    this.scaleChoice = scaleChoice(["linear", "log", "rank"], "linear", (kind) => this.#setScale(this.data.columns[this.colourBy], kind));
    const failures = this.data.size - selection.usable;
    this.failBox = element("input", { type: "checkbox", onchange: () => selection.showFailures(this.failBox.checked) });
    this.failBox.checked = true;
    this.bestChoice = makeBestChoice(selection.usable, (count) => selection.showBest(count));
    this.axesButton = button("", "Show and hide axes", () => this.#chooseAxes());
    return element(
      "div",
      { class: "bar tools", role: "toolbar", "aria-label": "Tools of the parallel plot" },
      element("label", {}, "Colour ", this.colourChoice),
      this.scaleChoice,
      this.bestChoice.root,
      failures ? element("label", {}, this.failBox, ` Without result (${failures.toLocaleString("en")})`) : "",
      button("Keep", "Leave only the selected lines", () => this.#narrowed(() => selection.keep())),
      button("Exclude", "Remove the selected lines", () => this.#narrowed(() => selection.exclude())),
      button("Restore", "Bring all lines back", () => this.#narrowed(() => selection.restore())),
      button("Export csv", "Save the selected evaluations", () => this.#export()),
      this.axesButton,
      saveButtons(`${this.data.name} parallel plot`, document.body, () => this.#picture(), `Lines are shapes; more than ${MOST_LINES.toLocaleString("en")} become a picture`),
      button("Help", "What you can do here", openHelp),
    );
  }

  // Changes.

  #colour(index) {
    this.colourBy = index;
    this.colourChoice.value = index;
    this.#paint();
  }

  #narrowed(action) {
    for (const axis of this.axes) axis.range = null;
    this.table.endSearch();
    action();
    if (this.selection.best === null) this.bestChoice.showAll();
    this.layout();
  }

  #count() {
    const { visibleCount, selectedCount } = this.selection;
    const away = this.data.size - visibleCount;
    const hidden = away ? `, ${away.toLocaleString("en")} removed` : "";
    const picked = this.selection.picked ? " by the plot of the front" : "";
    this.status.textContent = `${selectedCount.toLocaleString("en")} of ${counted(visibleCount, "evaluation")} selected${picked}${hidden}`;
  }

  #chooseAxes() {
    const change = (index, shown) => {
      if (shown) this.axes.push(this.#newAxis(this.data.columns[index]));
      else this.#remove(this.axes.find((axis) => axis.column.index === index));
      this.layout();
    };
    openColumnsPanel(this.data.columns, this.axes.map((axis) => axis.column.index), change);
  }

  #remove(axis) {
    this.axes = this.axes.filter((other) => other !== axis);
    axis.range = null;
    this.selection.limit(axis.column.index, null);
  }

  #actions() {
    const change = (action) => (axis) => {
      action(axis);
      this.layout();
    };
    return {
      limit: (column, range) => this.selection.limit(column.index, range),
      click: (event) => this.#hold(this.#atPress(event)),
      open: (axis) => openAxisPanel({ ...axis, range: this.selection.ranges.get(axis.column.index) }, this.selection.selected, this.panelActions),
      move: (axis, x, button) => (button.style.left = `${x}px`),
      drop: (axis, x) => this.#moveTo(axis, this.axes.filter((other) => other !== axis && other.x < x).length),
      step: (axis, by) => {
        const place = this.axes.indexOf(this.#own(axis)) + by;
        if (place < 0 || place >= this.axes.length) return;
        this.#moveTo(this.#own(axis), place);
        this.#focus(axis);
        this.spoken.textContent = `${axis.column.label} is axis ${place + 1} of ${this.axes.length} now`;
      },
      invert: change((axis) => (this.#own(axis).inverted = !axis.inverted)),
      scale: (axis, kind) => this.#setScale(axis.column, kind),
      fold: change((axis) => (this.#own(axis).folding = !axis.folding)),
      hide: change((axis) => this.#remove(this.#own(axis))),
      colour: (axis) => this.#colour(axis.column.index),
      closed: (axis) => {
        this.layout();
        this.#focus(axis);
      },
    };
  }

  #focus(axis) {
    this.names.querySelector(`[data-column="${axis.column.index}"]`)?.focus();
  }

  #own(axis) {
    return this.axes.find((other) => other.column === axis.column);
  }

  #moveTo(axis, place) {
    const others = this.axes.filter((other) => other !== axis);
    others.splice(Math.max(0, place), 0, axis);
    this.axes = others;
    this.layout();
  }

  #export() {
    this.table.show(this.selection.selected); // it may still wait for its time
    const text = csvText(this.data, this.table.listed());
    download(`${this.data.name}-selection.csv`, text, "text/csv;charset=utf-8");
  }

  /** All that is drawn, for a file: the names of the axes are texts there. */
  #picture() {
    const { width, height } = this.frame;
    const style = pageStyle(this.stage);
    const names = shape("svg", { width, height: 24 });
    for (const axis of this.axes) {
      names.append(shape("text", { x: axis.x, y: 16, fill: style.text, "text-anchor": "middle", "font-weight": 600 }, axis.column.label));
    }
    this.lines.finish();
    const { canvases } = this.lines;
    const { back, front } = this.#layers();
    const many = back.count + front.count > MOST_LINES;
    const traces = many ? [canvases.back, canvases.front, canvases.mark] : [traced(width, height, (pen) => this.lines.trace(pen, back, front))];
    const drawn = [...traces, this.svg];
    return [
      { words: this.data.name },
      { legend: this.legend, ramp: this.colouring.colours },
      { nodes: [{ node: names }], width, height: 26 },
      { nodes: drawn.map((node) => ({ node })), width, height },
    ];
  }

  // Drawing.

  /** Places all axes anew and draws everything. */
  layout() {
    if (!this.axes.length) this.axes = [this.#newAxis(this.data.columns[this.data.result])];
    this.axesButton.textContent = `Axes (${this.axes.length} of ${this.data.columns.length}) …`;
    this.laidOut = this.stage.clientWidth;
    this.said = null; // what the tip says, which is about the axes
    const height = Math.max(300, Math.min(460, window.innerHeight - 260));
    const inner = this.laidOut - MARGIN.left - MARGIN.right;
    const gaps = Math.max(1, this.axes.length - 1);
    const room = Math.min(Math.max(LEAST_ROOM, inner / gaps), 15000 / gaps);
    const width = Math.max(this.laidOut, Math.ceil(MARGIN.left + MARGIN.right + room * gaps));
    const kept = (row) => this.selection.kept[row];
    const whole = this.selection.kept.every(Boolean); // what is kept of them is looked at closely
    this.axes.forEach((axis, index) => {
      axis.scale = makeScale(axis.column, kept, axis.kind, { folding: axis.folding, ranged: whole });
      axis.missing = axis.column.values.some((value, row) => Number.isNaN(value) && kept(row));
      axis.range = this.selection.ranges.get(axis.column.index) ?? null;
      Object.assign(axis, { x: MARGIN.left + index * room, room, first: index === 0 });
    });
    const below = this.axes.some((axis) => axis.missing) ? 28 : 0;
    const bottom = height - MARGIN.bottom - below;
    this.frame = { top: MARGIN.top, bottom, missing: bottom + below - 4, width, height };
    this.plot.style.width = `${width}px`;
    this.panelActions = this.#actions();
    drawAxes(this.svg, this.names, this.axes, this.frame, this.panelActions);
    const ys = this.axes.map((axis) => positionsOf(axis, this.frame));
    this.lines.place(this.axes.map((axis) => axis.x), ys, width, height);
    this.#paint();
  }

  /** Everything but the axes: colours, the grey lines behind, the coloured ones, the legend. */
  #paint() {
    const column = this.data.columns[this.colourBy];
    this.scaleChoice.value = this.#kindOf(column);
    this.scaleChoice.hidden = column.category;
    this.colouring = makeColouring(this.data, column, (row) => this.selection.kept[row], this.#kindOf(column));
    this.lines.dye(this.colouring, drawingOrder(this.colouring, this.selection.places), pageStyle(this.stage));
    this.backDrawn = undefined;
    showLegend(this.legend, this.colouring, this.data.palette);
    this.#drawSelected();
    this.#point(null, false);
  }

  /** The rows that are lines now, as masks with their counts: selected ones in front, all of them behind where some are not. */
  #layers() {
    const { selected, selectedCount, visible, visibleCount } = this.selection;
    return { front: { mask: selected, count: selectedCount }, back: { mask: visible, count: selectedCount < visibleCount ? visibleCount : 0 } };
  }

  #drawSelected() {
    const { front, back } = this.#layers();
    const behind = back.count ? this.selection.shownVersion : null; // which rows lie behind
    this.stage.removeAttribute("data-drawn");
    if (behind !== this.backDrawn) this.lines.drawBack(back.mask, back.count);
    this.backDrawn = behind;
    this.lines.drawFront(front.mask, front.count, () => this.#drawn(front.count));
  }

  /** For whoever measures: the moment at which everything was on the canvases; until then there is no such attribute. */
  #drawn(count) {
    this.stage.setAttribute("data-drawn", count);
    performance.mark("drawn");
  }

  // Pointing at lines and rows.

  #rowAt(event) {
    const box = this.svg.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return this.lines.nearest(this.selection.selected, x, y);
  }

  /** The row that was lit when the pointer was pressed, or is where something else than a pointer clicks. */
  #atPress(event) {
    const row = this.pressed === undefined ? this.#rowAt(event) : this.pressed;
    this.pressed = undefined;
    return row;
  }

  #hover(event) {
    if (event.buttons) return;
    this.#point(this.#rowAt(event), false);
  }

  #hold(row) {
    this.table.reveal(row);
    this.#point(row, true);
  }

  #point(row, hold) {
    if (hold) this.held = this.held === row ? null : row;
    const held = this.held !== null && this.selection.selected[this.held] ? this.held : null;
    const shown = row ?? held ?? this.selection.bestSelected;
    this.lines.drawMark(shown, pageStyle(this.stage));
    this.table.mark(shown);
    const words = shown === null ? "Point at a line to see its values here." : row === null && held === null ? "Best selected:" : "";
    if (this.said === `${words} ${shown}`) return;
    this.said = `${words} ${shown}`;
    this.tip.replaceChildren(words, ...(shown === null ? [] : this.#summary(shown)));
  }

  #summary(row) {
    const columns = [this.data.columns[this.data.trial], ...this.axes.map((axis) => axis.column)];
    return [...new Set(columns)].map((column) =>
      element("span", {}, `${column.label} `, element("b", {}, cellContent(column, row) || "none")),
    );
  }
}
