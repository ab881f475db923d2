// The results of all evaluations against each other, in two dimensions and in three, linked with the parallel plot: what is selected
// there is bright here, and what is selected here is so there. Of points that are evaluated several times, the means are drawn.

import { numberRange } from "./axispanel.js";
import { whenThemeChanges } from "./colour.js";
import { counted, element, oncePerFrame } from "./dom.js";
import { cubeOf, drawFlat, drawTurned, flatFrame } from "./frontdraw.js";
import { pageStyle } from "./legend.js";
import { saveButtons, traced } from "./saving.js";
import { makeScale } from "./scale.js";

const TURN = 0.12; // radians of a key
const LEAST = 4; // pixels that a pointer moves before it draws a range
const MOST_TURNED = 5; // results of which each three are offered
const HELP = {
  flat: "Draw around evaluations to select them in the parallel plot as well; what is selected there is bright here.",
  turn: "Drag, or press the arrow keys, to turn it; with Shift held, a drag draws around evaluations. What is selected in the parallel plot is bright.",
  select: "Draw around evaluations to select them in the parallel plot as well; the arrow keys turn it. What is selected there is bright here.",
};

/**
 * Puts it into `root`. scales: the AxisScales of the results by their names. front: {columns, names, trials, word, points}: the columns of results, what these are called, the evaluations
 * that no other one beats, what stands for one in words, and where points have several evaluations, [number, means, evaluations] of each.
 */
export function mountFront(root, data, front, selection, scales) {
  const columns = front.columns.map((name) => data.columns.find((column) => column.name === name));
  if (columns.some((column) => column === undefined)) return;
  const points = front.points ? pooledPoints(data, front.points) : singlePoints(data, columns);
  new FrontPlot(root, { columns, points, front, title: data.name }, selection, scales);
}

/** Each evaluation with all results: {number, values, rows}. */
function singlePoints(data, columns) {
  const rows = Array.from(data.columns[data.trial].values.keys());
  const whole = rows.filter((row) => data.counts[row] && columns.every((column) => !Number.isNaN(column.values[row])));
  return whole.map((row) => ({ number: data.columns[data.trial].values[row], values: columns.map((column) => column.values[row]), rows: [row] }));
}

function pooledPoints(data, points) {
  const rowOf = new Map(Array.from(data.columns[data.trial].values, (number, row) => [number, row]));
  return points.map(([number, values, members]) => ({ number, values, rows: members.map((member) => rowOf.get(member)) }));
}

class FrontPlot {
  constructor(root, { columns, points, front, title }, selection, scales) {
    Object.assign(this, { points, selection, title, names: front.names, word: front.word, turn: { around: 0.7, up: 0.45 } });
    const trials = new Set(front.trials);
    this.onFront = new Set(points.filter((point) => trials.has(point.number)));
    this.columns = columns.map((column, place) => ({ ...column, values: Float64Array.from(points, (point) => point.values[place]) }));
    const place = () => (this.scales = this.columns.map((column, index) => makeScale(column, () => true, scales.kindOf(front.names[index]) ?? "linear")));
    place();
    this.pooled = Boolean(front.points); // ranges of means are none of the parallel plot's axes
    this.means = new Map(); // place of a result -> the range of its means
    this.around = null; // the points that were drawn around in the cube
    this.views = frontViews(columns.length);
    this.view = this.views[0];
    this.#build(root);
    this.draw = oncePerFrame(() => this.#draw());
    selection.addEventListener("change", () => this.#changed());
    scales.addEventListener("change", () => {
      place();
      this.draw();
    });
    new ResizeObserver(this.draw).observe(this.canvas);
    whenThemeChanges(this.draw);
  }

  #build(root) {
    const names = (view) => view.map((place) => this.names[place]).join(", ");
    const options = this.views.map((view, index) => element("option", { value: index }, view.length === 3 ? `${names(view)} (to turn)` : names(view)));
    const choice = element("select", { onchange: () => this.#show(this.views[choice.value]) }, ...options);
    const save = saveButtons(`${this.title} results`, document.body, () => this.#picture());
    this.canvas = element("canvas", { role: "img" });
    this.count = element("p", { role: "status", class: "count" });
    this.help = element("p", { class: "soft" });
    this.dragging = element("select", { onchange: () => this.#explain() }, element("option", { value: "turn" }, "turns"), element("option", { value: "select" }, "selects"));
    this.dragChoice = element("label", {}, "Drag ", this.dragging);
    const clear = element("button", { type: "button", onclick: () => this.#all() }, "All");
    const axes = this.views.length > 1 ? element("label", {}, "Axes ", choice) : "";
    this.ranges = element("div", { class: "front-ranges" });
    const byNumbers = element("details", {}, element("summary", {}, "Ranges as numbers"), this.ranges);
    const holder = element("div", { class: "front-plot" }, this.canvas);
    const bar = element("div", { class: "bar" }, axes, this.dragChoice, clear);
    root.append(element("figure", { class: "linked" }, element("figcaption", {}, "Linked with the parallel plot ", save), bar, holder, this.count, byNumbers, this.help));
    this.canvas.addEventListener("pointerdown", (event) => this.#press(event));
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#show(this.view);
  }

  #show(view) {
    this.view = view;
    this.solid = view.length === 3;
    this.dragChoice.hidden = !this.solid;
    this.canvas.tabIndex = this.solid ? 0 : -1;
    this.#explain();
    this.#listRanges();
    this.draw?.();
  }

  #explain() {
    this.help.textContent = HELP[this.solid ? this.dragging.value : "flat"];
  }

  // Selecting.

  #changed() {
    if (!this.selection.picked) {
      this.around = null;
      this.means.clear();
    }
    if (!this.ranges.contains(document.activeElement)) this.#listRanges();
    this.draw();
  }

  #rangeOf(place) {
    return this.pooled ? this.means.get(place) : this.selection.ranges.get(this.columns[place].index);
  }

  #limit(place, range) {
    if (!this.pooled) {
      this.selection.limit(this.columns[place].index, range);
      return;
    }
    if (range) this.means.set(place, range);
    else this.means.delete(place);
    this.#pick();
  }

  /** Selects the evaluations of the points that were drawn around, and whose means are in all ranges. */
  #pick() {
    if (!this.around && !this.means.size) {
      this.selection.pick(null);
      return;
    }
    const within = (point) => [...this.means].every(([place, { low, high }]) => point.values[place] >= low && point.values[place] <= high);
    const chosen = this.points.filter((point) => (this.around?.has(point) ?? true) && within(point));
    const rows = new Set(chosen.flatMap((point) => point.rows));
    this.selection.pick((row) => rows.has(row));
  }

  #all() {
    this.around = null;
    this.means.clear();
    if (!this.pooled) for (const column of this.columns) this.selection.limit(column.index, null);
    this.#pick();
    this.#told();
  }

  /** Makes a box of two results ranges of them, and of no other result. */
  #limitBox(box) {
    const { across, up } = flatFrame(this.canvas);
    this.#all();
    [box.map((corner) => across.back(corner.x)), box.map((corner) => up.back(corner.y))].forEach((shares, axis) => {
      const [low, high] = shares.sort((one, other) => one - other).map(this.scales[this.view[axis]].value);
      this.#limit(this.view[axis], { low, high });
    });
    this.#told();
  }

  #drawAround(box) {
    const place = this.#cube();
    const [left, right] = [box[0].x, box[1].x].sort((one, other) => one - other);
    const [top, bottom] = [box[0].y, box[1].y].sort((one, other) => one - other);
    this.around = new Set(
      this.points.filter((point) => {
        const [x, y] = place(...this.#shares(point));
        return x >= left && x <= right && y >= top && y <= bottom;
      }),
    );
    this.#pick();
  }

  #told() {
    this.selection.dispatchEvent(new Event("ranges"));
  }

  #listRanges() {
    const fields = this.view.map((place) => {
      const axis = { column: { ...this.columns[place], place }, range: this.#rangeOf(place), scale: this.scales[place] };
      const limit = (column, range) => {
        this.#limit(column.place, range);
        this.#told();
      };
      return numberRange(axis, { limit }, this.names[place]);
    });
    this.ranges.replaceChildren(...fields);
  }

  // Pointer and keys.

  #press(event) {
    const begin = { x: event.offsetX, y: event.offsetY };
    const turned = { ...this.turn };
    const turning = this.solid && this.dragging.value === "turn" && !event.shiftKey;
    this.canvas.setPointerCapture(event.pointerId);
    const move = (at) => {
      if (turning) this.turn = { around: turned.around + (at.offsetX - begin.x) / 120, up: turned.up + (at.offsetY - begin.y) / 120 };
      else this.box = [begin, { x: at.offsetX, y: at.offsetY }];
      this.draw();
    };
    const end = ({ type }) => {
      this.canvas.removeEventListener("pointermove", move);
      for (const one of ["pointerup", "pointercancel"]) this.canvas.removeEventListener(one, end);
      const box = type === "pointerup" ? this.box : null; // a finger that scrolls after all draws nothing
      this.box = null;
      const drawn = box && Math.hypot(box[0].x - box[1].x, box[0].y - box[1].y) > LEAST;
      if (drawn && this.solid) this.#drawAround(box);
      else if (drawn) this.#limitBox(box);
      else this.draw();
    };
    this.canvas.addEventListener("pointermove", move);
    for (const one of ["pointerup", "pointercancel"]) this.canvas.addEventListener(one, end);
  }

  #key(event) {
    const [around, up] = { ArrowLeft: [-TURN, 0], ArrowRight: [TURN, 0], ArrowUp: [0, -TURN], ArrowDown: [0, TURN] }[event.key] ?? [0, 0];
    if (!this.solid || (!around && !up)) return;
    event.preventDefault();
    this.turn = { around: this.turn.around + around, up: this.turn.up + up };
    this.draw();
  }

  // Drawing.

  #cube() {
    return cubeOf(this.canvas.clientWidth, this.canvas.clientHeight, this.turn);
  }

  /** Where a point stands on the axes that are seen, from 0 to 1. */
  #shares(point) {
    return this.view.map((place) => this.scales[place].at(point.values[place]));
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    this.#trace(pen);
    const selected = this.#selected();
    this.#say([...this.onFront].filter((point) => selected.has(point)).length, selected.size);
  }

  #selected() {
    return new Set(this.points.filter((point) => point.rows.some((row) => this.selection.selected[row])));
  }

  /** The plot and what its colours mean, for a file. */
  #picture() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [
      { words: `${this.title}: ${this.count.textContent}` },
      { nodes: [{ node: traced(width, height, (pen) => this.#trace(pen)) }], width, height },
      { legend: this.#legend() },
    ];
  }

  #legend() {
    const style = pageStyle(this.canvas);
    const key = (colour, words) => {
      const swatch = element("i", { class: "swatch" });
      swatch.style.background = colour;
      return element("span", { class: "key" }, swatch, words);
    };
    return element("p", {}, key(style.mark, "Pareto front"), key(style.text, "selected"), key(style.grey, "not selected"));
  }

  #trace(pen) {
    pen.font = '12px system-ui, "Liberation Sans", sans-serif';
    const style = pageStyle(this.canvas);
    const axes = this.view.map((place) => ({ name: this.names[place], scale: this.scales[place], range: this.#rangeOf(place) }));
    const place = this.solid ? drawTurned(pen, this.#cube(), axes, style) : drawFlat(pen, flatFrame(this.canvas), axes, style);
    const selected = this.#selected();
    const best = [...this.onFront].filter((point) => selected.has(point));
    this.#dots(pen, place, this.points.filter((point) => !selected.has(point)), { colour: style.grey, radius: 2, alpha: 0.45 });
    this.#dots(pen, place, [...selected].filter((point) => !this.onFront.has(point)), { colour: style.text, radius: 2.6, alpha: 0.65 });
    this.#dots(pen, place, best, { colour: style.mark, radius: 4.5, alpha: 1 });
    if (this.box) {
      pen.strokeStyle = style.text;
      pen.strokeRect(this.box[0].x, this.box[0].y, this.box[1].x - this.box[0].x, this.box[1].y - this.box[0].y);
    }
  }

  #dots(pen, place, points, { colour, radius, alpha }) {
    pen.fillStyle = colour;
    pen.globalAlpha = alpha;
    for (const point of points) {
      const [x, y] = place(...this.#shares(point));
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  #say(best, chosen) {
    const words = `${chosen.toLocaleString("en")} of ${counted(this.points.length, this.word)} selected, ${best} of them on the front`;
    if (this.count.textContent !== words) this.count.textContent = words;
    this.canvas.setAttribute("aria-label", `${this.view.map((place) => this.names[place]).join(" against ")}: ${words}.`);
  }
}

/** Each two of so many results, and each three of few: first the three of three. */
function frontViews(count) {
  const places = Array.from({ length: count }, (_, place) => place);
  const pairs = places.flatMap((one) => places.slice(one + 1).map((other) => [one, other]));
  const threes = count > MOST_TURNED ? [] : pairs.flatMap(([one, other]) => places.slice(other + 1).map((third) => [one, other, third]));
  return count === 3 ? [...threes, ...pairs] : [...pairs, ...threes];
}
