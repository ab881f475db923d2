// Draws one line per row through all axes, on canvases, since ten thousand lines are too many for elements.

import { isPrinting } from "./dom.js";

const AT_ONCE = 1000; // lines that are drawn without letting the user wait noticeably
const PAUSE = 50; // milliseconds without a change after which all lines are drawn
const THICK = 250; // up to so many lines are wider than the thinnest possible, which takes several times longer

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
  constructor(back, front, mark) {
    this.canvases = { back, front, mark };
    this.spare = document.createElement("canvas");
    this.steps = { back: [], front: [] }; // what is still to be drawn, one step an animation frame
    this.frame = 0;
    this.timer = 0;
  }

  /**
   * Where the lines run from now on. `xs`: position of each axis; `ys`: of each axis, an array of row -> position.
   * `width` and `height` are those of the canvases. Pixels of css.
   */
  place(xs, ys, width, height) {
    Object.assign(this, { xs, ys, width, height });
  }

  /** Draws `rows` grey behind the others. */
  drawBack(rows, style) {
    const { context, ratio } = fitCanvas(this.canvases.back, this.width, this.height);
    context.strokeStyle = style.grey;
    context.lineWidth = 1;
    context.globalAlpha = alphaFor(rows.length) * 0.6;
    const draw = (part) => part.forEach((row) => this.#stroke(context, row, ratio));
    this.steps.back = chunks(rows).map((part) => () => draw(part));
    this.#work();
  }

  /**
   * Draws `rows` in colour, the last ones on top. Where there are many, these are seen at once; all of them are
   * drawn out of sight, a part in every frame, and put in place when they are complete.
   */
  drawFront(rows, colouring, style, done) {
    const { canvases, spare, width, height } = this;
    const paint = (canvas, part) => {
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const ratio = canvas.width / width;
      context.lineWidth = rows.length <= THICK ? Math.max(1, 1.3 * ratio) : 1;
      context.globalAlpha = alphaFor(rows.length);
      for (const row of part) {
        const bucket = colouring.bucket(row);
        const missing = bucket < 0;
        context.strokeStyle = missing ? style.grey : colouring.colours[bucket];
        context.setLineDash(missing ? [4 * ratio, 3 * ratio] : []);
        this.#stroke(context, row, ratio);
      }
      context.getImageData(0, 0, 1, 1); // otherwise the browser only notes down what to draw at the end
    };
    fitCanvas(canvases.front, width, height);
    paint(canvases.front, rows.slice(-AT_ONCE));
    const replace = () => {
      const { context } = fitCanvas(canvases.front, width, height);
      context.globalAlpha = 1;
      context.drawImage(spare, 0, 0);
    };
    clearTimeout(this.timer);
    this.steps.front = [done];
    if (rows.length > AT_ONCE) {
      const parts = chunks(rows).map((part) => () => paint(spare, part));
      this.steps.front = [];
      // Not while the user still moves: the next move would make it useless.
      const all = () => {
        this.steps.front = [() => fitCanvas(spare, width, height), ...parts, replace, done];
        this.#work();
      };
      if (isPrinting()) all();
      else this.timer = setTimeout(all, PAUSE);
    }
    this.#work();
  }

  #work() {
    cancelAnimationFrame(this.frame);
    while (isPrinting() && this.steps.front.length + this.steps.back.length) (this.steps.front.shift() ?? this.steps.back.shift())();
    const step = this.steps.front.shift() ?? this.steps.back.shift();
    if (!step) return;
    this.frame = requestAnimationFrame(() => {
      step();
      this.#work();
    });
  }

  /** Draws one row on top of everything, or nothing (null). */
  drawMark(row, style) {
    const { context, ratio } = fitCanvas(this.canvases.mark, this.width, this.height);
    if (row === null) return;
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

  /** The row whose line is nearest to the point, within 7 pixels; null where there is none. */
  nearest(rows, x, y) {
    const { xs, ys } = this;
    let axis = xs.findIndex((position) => position > x);
    if (axis === 0 || xs.length < 2) return null;
    if (axis < 0) axis = xs.length - 1;
    const share = Math.min(1, (x - xs[axis - 1]) / (xs[axis] - xs[axis - 1]));
    let [found, least] = [null, 7];
    for (const row of rows) {
      const distance = Math.abs(ys[axis - 1][row] * (1 - share) + ys[axis][row] * share - y);
      if (distance <= least) [found, least] = [row, distance];
    }
    return found;
  }
}

function chunks(rows) {
  const parts = [];
  for (let start = 0; start < rows.length; start += AT_ONCE) parts.push(rows.slice(start, start + AT_ONCE));
  return parts;
}

function alphaFor(count) {
  return Math.min(0.9, Math.max(0.08, 14 / Math.sqrt(count + 1) / 1.6));
}
