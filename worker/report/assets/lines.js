// Draws one line per row through all axes, on canvases, since ten thousand lines are too many for elements.

const SLICE = 24; // milliseconds of drawing between two looks at what the user does
const MANY = 1500; // rows from which lines are as thin as the screen can draw them, which is several times faster

/** A canvas of `width` by `height` css pixels that is sharp on every screen; returns its context and pixel ratio. */
export function fitCanvas(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 3, 16000 / width);
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  return { context, ratio };
}

/** The lines of a parallel plot: the selected rows in colour over the others in grey, and one in front. */
export class Lines {
  constructor(back, front, mark) {
    this.canvases = { back, front, mark };
    this.pending = 0;
  }

  /**
   * Where the lines run from now on. `xs`: position of each axis; `ys`: of each axis, an array of row -> position.
   * `width` and `height` are those of the canvases. Pixels of css.
   */
  place(xs, ys, width, height) {
    Object.assign(this, { xs, ys, width, height });
  }

  /** Draws `rows` grey, once for a whole drag over an axis. */
  drawBack(rows, style) {
    const { context, ratio } = fitCanvas(this.canvases.back, this.width, this.height);
    context.strokeStyle = style.grey;
    context.lineWidth = 1;
    context.globalAlpha = alphaFor(rows.length) * 0.6;
    for (const row of rows) this.#stroke(context, row, ratio);
  }

  /**
   * Draws `rows` in colour, the last ones on top: in slices, so that a long drawing never keeps the user waiting,
   * and a new one ends it. `done` is called at the end.
   */
  drawFront(rows, colouring, style, done = () => {}) {
    cancelAnimationFrame(this.pending);
    const { context, ratio } = fitCanvas(this.canvases.front, this.width, this.height);
    const thick = rows.length <= MANY;
    const alpha = alphaFor(rows.length);
    let next = 0;
    const slice = () => {
      const until = performance.now() + SLICE;
      context.lineWidth = thick ? Math.max(1, 1.3 * ratio) : 1;
      context.globalAlpha = alpha;
      for (; next < rows.length; next++) {
        const bucket = colouring.bucket(rows[next]);
        const missing = bucket < 0;
        context.strokeStyle = missing ? style.grey : colouring.colours[bucket];
        context.setLineDash(missing ? [4 * ratio, 3 * ratio] : []);
        this.#stroke(context, rows[next], ratio);
        if (next % 100 === 99 && performance.now() > until) break;
      }
      if (next < rows.length) this.pending = requestAnimationFrame(slice);
      else done();
    };
    slice();
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

function alphaFor(count) {
  return Math.min(0.9, Math.max(0.08, 14 / Math.sqrt(count + 1) / 1.6));
}
