// Draws one line per row through all axes, on canvases: few lines one by one, many as a picture of their density with the best on top.

import { Density } from "./density.js";
import { isPrinting } from "./dom.js";
import { makeInks, plainFill } from "./inks.js";

const ONE_BY_ONE = 250; // up to so many lines are drawn one by one, and wider than the thinnest possible
const ON_TOP = 40; // of many lines, so many of the best are drawn over the density of all
const AT_ONCE = 24; // milliseconds of drawing in which the user feels no wait
const PART = 60; // milliseconds of drawing in each later frame, of a picture that takes longer
const FULL = 0.95; // the opacity where most lines lie
const FULL_BACK = 0.6; // the same of the lines behind

/** A canvas of `width` by `height` css pixels that is sharp on every screen; returns its context and pixel ratio. */
export function fitCanvas(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3, 16000 / width);
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.clearRect(0, 0, canvas.width, canvas.height);
  return { context, ratio };
}

/** The lines of a parallel plot: the selected rows in colour over the others in grey, and one in front. */
export class Lines {
  /** Three canvases over each other; `size`: how many rows there are. */
  constructor(back, front, mark, size) {
    this.canvases = { back, front, mark };
    this.size = size;
    this.layers = { back: new Density(size), front: new Density(size) };
    this.tasks = new Map(); // layer -> what draws the next part of it and returns whether that was the last one
    this.frame = 0;
    this.done = null; // what waits for all of it
  }

  /**
   * Where the lines run from now on. `xs`: position of each axis; `ys`: of each axis, an array of row -> position.
   * `width` and `height` are those of the canvases. Pixels of css.
   */
  place(xs, ys, width, height) {
    Object.assign(this, { xs, ys, width, height });
    const { ratio } = fitCanvas(this.canvases.front, width, height);
    const { width: across, height: down } = this.canvases.front;
    this.marked = undefined;
    const scaled = ratio === 1 ? ys : ys.map((places) => places.map((y) => y * ratio));
    for (const layer of Object.values(this.layers)) layer.place(xs.map((x) => x * ratio), scaled, across, down);
  }

  /** Which colours the rows have from now on, and their `order`: the best ones at its end. */
  dye(colouring, order, style) {
    Object.assign(this, { colouring, order, style, marked: undefined });
    const inks = makeInks(colouring, style.grey, this.size);
    for (const layer of Object.values(this.layers)) layer.dye(inks);
  }

  /** Draws the rows that are 1 in `mask`, `count` of them, grey behind the others. */
  drawBack(mask, count) {
    const { canvases, layers, style } = this;
    if (count > ONE_BY_ONE && layers.front.has(mask)) layers.back.takeFrom(layers.front);
    const paint = () => layers.back.paint(canvases.back, alphaFor(count) * FULL_BACK, FULL_BACK, plainFill(style.grey));
    this.#fill("back", mask, count, paint);
  }

  /** Draws the rows that are 1 in `mask`, `count` of them, in colour, and calls `done` when all of them, and those behind, are there. */
  drawFront(mask, count, done) {
    const { canvases, layers, colouring } = this;
    const paint = () => {
      layers.front.paint(canvases.front, alphaFor(count), FULL, layers.front.inks.fill);
      this.#strokes(canvases.front, this.#last(mask, ON_TOP), 0.9);
    };
    this.done = done;
    this.#fill("front", mask, count, paint);
  }

  /** Draws all that is still missing. */
  finish() {
    for (const name of [...this.tasks.keys()]) this.#turn(name, Infinity);
  }

  /** Fill a layer with the rows of `mask`: at once where that is quick, or else a part in every frame. */
  #fill(name, mask, count, paint) {
    const layer = this.layers[name];
    if (count <= ONE_BY_ONE) {
      fitCanvas(this.canvases[name], this.width, this.height);
      if (count) this.#strokes(this.canvases[name], this.#last(mask, count), alphaFor(count), name === "back");
      this.#complete(name);
      return;
    }
    layer.want(mask);
    this.tasks.set(name, (milliseconds) => {
      const complete = layer.work(milliseconds);
      paint();
      return complete;
    });
    this.#turn(name, isPrinting() ? Infinity : AT_ONCE);
  }

  #turn(name, milliseconds) {
    if (this.tasks.get(name)(milliseconds)) this.#complete(name);
    if (!this.tasks.size || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const next = ["front", "back"].find((layer) => this.tasks.has(layer));
      if (next) this.#turn(next, PART);
    });
  }

  #complete(name) {
    this.tasks.delete(name);
    if (this.tasks.size) return;
    this.done?.();
    this.done = null;
  }

  /** The last `count` rows of the order that are 1 in `mask`. */
  #last(mask, count) {
    const rows = [];
    for (let place = this.order.length - 1; place >= 0 && rows.length < count; place--) {
      if (mask[this.order[place]]) rows.push(this.order[place]);
    }
    return rows.reverse();
  }

  /** Rows one by one, the last ones on top; `plain`: all of them grey. */
  #strokes(canvas, rows, alpha, plain = false) {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    this.#ink(context, rows, { alpha, plain, ratio: canvas.width / this.width });
  }

  #ink(context, rows, { alpha, plain = false, ratio = 1 }) {
    const { colouring, style } = this;
    context.lineWidth = plain ? 1 : Math.max(1, 1.3 * ratio);
    context.globalAlpha = plain ? alpha * FULL_BACK : alpha;
    for (const row of rows) {
      const bucket = colouring.bucket(row);
      const missing = bucket < 0;
      context.strokeStyle = missing || plain ? style.grey : colouring.colours[bucket];
      context.setLineDash(missing && !plain ? [4 * ratio, 3 * ratio] : []);
      this.#stroke(context, row, ratio);
    }
    context.globalAlpha = 1;
  }

  /** The same lines with any pen, all of them one by one: those of `front` over those of `back`, {mask, count} each, and the marked one. */
  trace(pen, back, front) {
    this.#ink(pen, this.#last(back.mask, back.count), { alpha: alphaFor(back.count), plain: true });
    this.#ink(pen, this.#last(front.mask, front.count), { alpha: alphaFor(front.count) });
    pen.setLineDash([]);
    if ((this.marked ?? null) !== null) this.#strokeMark(pen, this.marked, this.style, 1);
  }

  /** Draws one row on top of everything, or nothing (null). */
  drawMark(row, style) {
    if (row === this.marked) return;
    this.marked = row;
    const { context, ratio } = fitCanvas(this.canvases.mark, this.width, this.height);
    if (row !== null) this.#strokeMark(context, row, style, ratio);
  }

  #strokeMark(context, row, style, ratio) {
    context.lineJoin = "round";
    for (const [width, colour] of [[6, style.halo], [2.5, style.mark]]) {
      context.lineWidth = width * ratio;
      context.strokeStyle = colour;
      this.#stroke(context, row, ratio);
    }
  }

  #stroke(context, row, ratio) {
    const { xs, ys } = this;
    context.beginPath();
    context.moveTo(xs[0] * ratio, ys[0][row] * ratio);
    for (let axis = 1; axis < xs.length; axis++) context.lineTo(xs[axis] * ratio, ys[axis][row] * ratio);
    if (xs.length === 1) context.lineTo(xs[0] * ratio + 12 * ratio, ys[0][row] * ratio);
    context.stroke();
  }

  /** The row of those that are 1 in `mask` whose line is nearest to the point, within 7 pixels; null where there is none. */
  nearest(mask, x, y) {
    const { xs, ys } = this;
    let axis = xs.findIndex((position) => position > x);
    if (axis === 0 || xs.length < 2) return null;
    if (axis < 0) axis = xs.length - 1;
    const share = Math.min(1, (x - xs[axis - 1]) / (xs[axis] - xs[axis - 1]));
    const [left, right] = [ys[axis - 1], ys[axis]];
    let [found, least] = [null, 7];
    for (let row = 0; row < mask.length; row++) {
      if (!mask[row]) continue;
      const distance = Math.abs(left[row] * (1 - share) + right[row] * share - y);
      if (distance <= least) [found, least] = [row, distance];
    }
    return found;
  }
}

function alphaFor(count) {
  return Math.min(0.9, Math.max(0.08, 14 / Math.sqrt(count + 1) / 1.6));
}
