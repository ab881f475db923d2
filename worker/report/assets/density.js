// Many lines as a picture of their density: how many cross each pixel, and of which colours they are. Sums are exact, so that lines
// are taken out as they were put in, and a change costs what has changed.

import { COVERS, SHARE, coverOf, coverTable, numberAt, placeOf } from "./inks.js";

const FINEST = 4; // a line covers pixels in 2 ** FINEST parts
const POINT = 16; // bits behind the point of positions that are integers
const STRIDE = 17; // lines are drawn in so many turns, each of them spread over all rows: the first ones are like all of them
const BATCH = 128; // lines between two looks at the clock
const DASH = [4, 7]; // pixels of a dash, and from one to the next
const EVERY = 3; // pixels, of which one tells how dense they are
const REST = 0.15; // of the range of opacities, for the densest hundredth of the pixels

export class Density {
  /** `size`: how many rows there are. */
  constructor(size) {
    this.held = new Uint8Array(size); // 1 for the lines that are in the sums
    this.changes = new Int32Array(size); // rows that come or go
    this.next = this.many = 0; // which of the changes is next, and how many they are
    this.planes = []; // sums of each pixel, as many as the inks have
    this.finest = Math.max(0, Math.min(FINEST, Math.floor(Math.log2(SHARE / (2 * size + 2)))));
    this.unit = 2 ** this.finest; // what one line adds to the cover of a pixel
  }

  /** Where the lines run: `xs` of each axis, `ys` of each axis an array of row -> position; all in pixels of a canvas of this size. */
  place(xs, ys, width, height) {
    const stub = xs.length === 1; // a line of one point is seen, too
    this.xs = Int32Array.from(stub ? [xs[0], xs[0] + 12] : xs, Math.round);
    this.ys = stub ? [ys[0], ys[0]] : ys;
    Object.assign(this, { width, height });
    this.#clear();
  }

  /** Which colours the lines have: see inks.js. */
  dye(inks) {
    this.inks = inks;
    this.#clear();
  }

  #clear() {
    const [pixels, many] = [this.width * this.height, this.inks?.sums.length ?? 0];
    if (this.planes.length !== many || this.planes[0]?.length !== pixels) {
      this.planes = Array.from({ length: many }, () => new Float64Array(pixels));
    }
    for (const plane of this.planes) plane.fill(0);
    this.held.fill(0);
    this.next = this.many = 0;
  }

  /** Have the lines for which `mask` is 1, which `work` sees to. */
  want(mask) {
    let [wanted, others] = [0, 0];
    for (let row = 0; row < mask.length; row++) {
      wanted += mask[row];
      others += mask[row] ^ this.held[row];
    }
    if (others > wanted) this.#clear();
    [this.next, this.many] = [0, 0];
    for (let turn = 0; turn < STRIDE; turn++) {
      for (let row = turn; row < mask.length; row += STRIDE) if (mask[row] !== this.held[row]) this.changes[this.many++] = row;
    }
  }

  /** Whether the lines in the picture are those for which `mask` is 1. */
  has(mask) {
    return this.held.every((held, row) => held === mask[row]);
  }

  /** Begin with what another one has of the same lines, instead of drawing them again. */
  takeFrom(other) {
    this.planes.forEach((plane, index) => plane.set(other.planes[index]));
    this.held.set(other.held);
  }

  /** Draw for so many milliseconds, at most to the end; returns whether that is reached. */
  work(milliseconds) {
    const end = performance.now() + milliseconds;
    while (this.next < this.many) {
      const last = Math.min(this.many, this.next + BATCH);
      for (; this.next < last; this.next++) this.#toggle(this.changes[this.next]);
      if (performance.now() > end) break;
    }
    return this.next === this.many;
  }

  #toggle(row) {
    const { xs, ys, inks, held } = this;
    const ink = inks.of[row];
    const sign = held[row] ? -1 : 1;
    held[row] ^= 1;
    const last = xs.length - 1;
    for (let index = 0; index < inks.sums.length; index++) {
      const [plane, sum] = [this.planes[index], sign * inks.sums[index][ink]];
      for (let axis = 0; axis < last; axis++) {
        const [x, end] = [xs[axis], xs[axis + 1]];
        const [from, to] = [ys[axis][row], ys[axis + 1][row]];
        const slope = (to - from) / (end - x);
        if (Math.abs(slope) <= 1) this.#flat(plane, sum, x, axis + 1 === last ? end + 1 : end, from, slope, ink === inks.dashed);
        else this.#steep(plane, sum, x - from / slope, 1 / slope, Math.min(from, to), Math.max(from, to), ink === inks.dashed);
      }
    }
  }

  /** A line that has one point, between two pixels, in each column; `y` is where it begins. */
  #flat(plane, sum, x, end, y, slope, dashed) {
    const { width, unit } = this;
    const [shift, mask] = [POINT - this.finest, unit - 1];
    const step = Math.round(slope * 2 ** POINT);
    let place = Math.round(y * 2 ** POINT);
    for (let column = x; column < end; column++, place += step) {
      if (dashed && (column - x) % DASH[1] >= DASH[0]) continue;
      const lower = (place >> shift) & mask;
      const at = (place >> POINT) * width + column;
      plane[at] += (unit - lower) * sum;
      plane[at + width] += lower * sum;
    }
  }

  /** A line that has one point, between two pixels, in each row of pixels; `x` is where it would be in the uppermost one. */
  #steep(plane, sum, x, slope, top, bottom, dashed) {
    const { width, unit } = this;
    const [shift, mask] = [POINT - this.finest, unit - 1];
    const step = Math.round(slope * 2 ** POINT);
    const first = Math.ceil(top);
    let place = Math.round((x + first * slope) * 2 ** POINT);
    for (let line = first; line <= bottom; line++, place += step) {
      if (dashed && (line - first) % DASH[1] >= DASH[0]) continue;
      const right = (place >> shift) & mask;
      const at = line * width + (place >> POINT);
      plane[at] += (unit - right) * sum;
      plane[at + 1] += right * sum;
    }
  }

  /**
   * Fill `canvas`. single: the opacity of a line that is alone; the densest pixel has the opacity `full`. Those between follow the
   * logarithm of how many lines cross them, so that there is a difference however many they are, and most of the range of
   * opacities is that of the many pixels, not of the few where all lines meet. fill: as those of inks.js.
   */
  paint(canvas, single, full, fill) {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const { width, height, unit } = this;
    if (this.image?.width !== width || this.image.height !== height) this.image = context.createImageData(width, height);
    const [dense, peak] = this.#levels().map((cover) => Math.log(Math.max(2, cover / unit)));
    const opacity = (cover) => {
      if (cover <= unit) return (cover / unit) * single;
      const level = Math.log(cover / unit);
      const most = full - (full - single) * REST;
      if (level <= dense) return single + ((most - single) * level) / dense;
      return most + ((full - most) * Math.min(1, (level - dense) / (peak - dense)));
    };
    fill(new Uint32Array(this.image.data.buffer), this.planes, coverTable((cover) => Math.round(255 * opacity(cover)) << 24));
    context.putImageData(this.image, 0, 0);
  }

  /** How often the pixels are covered: so often or less are all but the densest hundredth; and the densest one. */
  #levels() {
    const [sums] = this.planes;
    const counts = new Int32Array(COVERS);
    let covered = 0;
    for (let at = 0; at < sums.length; at += EVERY) {
      if (sums[at] === 0) continue;
      counts[placeOf(coverOf(sums[at]))]++;
      covered++;
    }
    let [place, left] = [counts.length - 1, covered / 100];
    while (place > 0 && counts[place] === 0) place--;
    const peak = place;
    for (left -= counts[place]; place > 0 && left > 0; left -= counts[place]) place--;
    return [numberAt(place), numberAt(peak + 1)];
  }
}
