// Draws one scatter panel on a canvas: two columns against each other, coloured by a third.

import { inLines, short, tickText } from "./dom.js";
import { scaledName } from "./legend.js";
import { fitCanvas } from "./lines.js";
import { roomyTicks } from "./scale.js";

const MANY = 3000; // points from which they are squares, which are drawn much faster than discs
const STRIP = 20; // pixels at the top of a panel for evaluations without the result that it shows
const EDGE = { left: 68, right: 14, top: 12, bottom: 46 };
const NAME = { font: "600 12px system-ui, sans-serif", line: 14, letter: 7.8 }; // pixels of a line and of a letter, about
const TICKS = "11.5px system-ui, sans-serif";

/** One panel; `x` and `y` are columns, `size` {width, height} in css pixels. */
export class Panel {
  constructor(canvas, x, y) {
    Object.assign(this, { canvas, x, y });
    this.at = new Map(); // row -> its place in css pixels
  }

  /**
   * Draws `rows`, the last ones on top. scales: {x, y}; look: {colouring, counts, style, best}, where `best` is the
   * row with the star, or null, and rows that do not count are crosses. Rows without a value in x or y are left out.
   */
  draw(rows, scales, look, size) {
    Object.assign(this, { scales, size, rows, look });
    const { context, ratio } = fitCanvas(this.canvas, size.width, size.height);
    context.scale(ratio, ratio);
    this.trace(context);
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  /** Draws the same again, with any pen. */
  trace(context) {
    const { rows, look, size } = this;
    context.font = TICKS;
    const ticks = this.scales.y.ticks(Math.max(2, Math.floor((size.height - EDGE.top - EDGE.bottom) / 34)));
    const widest = Math.max(0, ...ticks.map((tick) => context.measureText(tick.text).width));
    const lines = (column, scale, room) => inLines(scaledName(column.label, scale.kind), Math.max(8, Math.floor(room / NAME.letter)));
    const beside = lines(this.y, this.scales.y, size.height - EDGE.top - EDGE.bottom);
    this.left = Math.min(Math.max(EDGE.left, widest + 34), size.width * 0.36) + NAME.line * (beside.length - 1);
    const below = lines(this.x, this.scales.x, size.width - this.left - EDGE.right);
    this.bottom = size.height - EDGE.bottom - NAME.line * (below.length - 1);
    this.names = { below, beside };
    this.strip = this.y.role === "result" && rows.some((row) => Number.isNaN(this.y.values[row])) ? STRIP : 0;
    this.#drawAxes(context, look.style, ticks);
    this.at.clear();
    const many = rows.length > MANY;
    context.globalAlpha = many ? 0.6 : 0.8;
    for (const row of rows) {
      const place = this.#place(row);
      if (!place) continue;
      this.at.set(row, place);
      const bucket = look.colouring.bucket(row);
      const colour = bucket < 0 ? look.style.bad : look.colouring.colours[bucket];
      if (look.counts[row]) drawDot(context, place, colour, many);
      else drawCross(context, place, colour);
    }
    context.globalAlpha = 1;
    if (look.best !== null && this.at.has(look.best)) drawStar(context, this.at.get(look.best), look.style);
  }

  #place(row) {
    const [one, other] = [this.x.values[row], this.y.values[row]];
    if (Number.isNaN(one) || (Number.isNaN(other) && !this.strip)) return null;
    if (Number.isNaN(other)) return [this.#pixel(spread(this.x, one, 2 * row), this.scales.y.low)[0], EDGE.top + STRIP / 2];
    return this.#pixel(spread(this.x, one, 2 * row), spread(this.y, other, 2 * row + 1));
  }

  #pixel(x, y) {
    const { width } = this.size;
    const inner = 8; // so that no point lies on the frame
    const across = this.left + inner + this.scales.x.at(x) * (width - this.left - EDGE.right - 2 * inner);
    const up = this.bottom - inner - this.scales.y.at(y) * (this.bottom - EDGE.top - this.strip - 2 * inner);
    return [across, up];
  }

  #drawAxes(context, style, ticks) {
    const { width, height } = this.size;
    const [left, right, top, bottom] = [this.left, width - EDGE.right, EDGE.top, this.bottom];
    context.strokeStyle = style.line;
    context.strokeRect(left, top, right - left, bottom - top);
    if (this.strip) line(context, left, top + STRIP, right, top + STRIP);
    context.fillStyle = style.text;
    context.font = TICKS;
    context.textAlign = "center";
    context.textBaseline = "top";
    this.#drawExtents(context, style);
    const across = this.scales.x.ticks(Math.max(2, Math.floor((right - left) / 46))).map((tick) => {
      const [x] = this.#pixel(tick.value, this.scales.y.low);
      const text = fitting(context, tick, 80);
      const half = context.measureText(text).width / 2;
      return { ...tick, text, x, middle: Math.min(x, width - half - 1), half };
    });
    const seen = across.filter(({ x }) => x >= left - 1 && x <= right + 1);
    const roomy = roomyTicks(seen, ({ middle, half }) => [middle - half - 3, middle + half + 3]);
    for (const tick of seen) {
      line(context, tick.x, bottom, tick.x, bottom + 4);
      if (roomy.has(tick)) context.fillText(tick.text, tick.middle, bottom + 7);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    if (this.strip) context.fillText("none", left - 7, top + STRIP / 2);
    const up = ticks.map((tick) => ({ ...tick, y: this.#pixel(this.scales.x.low, tick.value)[1] }));
    const shown = up.filter(({ y }) => y >= top - 1 && y <= bottom + 1);
    const free = roomyTicks(shown, ({ y }) => [y - 6.5, y + 6.5]);
    for (const tick of shown) {
      line(context, left - 4, tick.y, left, tick.y);
      if (free.has(tick)) context.fillText(fitting(context, tick, left - 22), left - 7, tick.y);
    }
    const { below, beside } = this.names;
    context.font = NAME.font;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    below.forEach((name, index) => context.fillText(name, (left + right) / 2, height - 5 - NAME.line * (below.length - 1 - index)));
    context.save();
    context.translate(4, (top + bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.textBaseline = "top";
    beside.forEach((name, index) => context.fillText(name, 0, NAME.line * index));
    context.restore();
  }

  /** Thicker parts of the frame say how far the evaluations reach in the range that was searched. */
  #drawExtents(context, style) {
    const { x, y } = this.scales;
    const { bottom } = this;
    context.strokeStyle = style.text;
    context.lineWidth = 2.5;
    if (x.ends) line(context, this.#pixel(x.data.low, y.low)[0], bottom, this.#pixel(x.data.high, y.low)[0], bottom);
    if (y.ends) line(context, this.left, this.#pixel(x.low, y.data.low)[1], this.left, this.#pixel(x.low, y.data.high)[1]);
    context.lineWidth = 1;
    context.strokeStyle = style.line;
  }

  /** The row whose point is nearest to the place, within 12 pixels; null where there is none. */
  nearest(x, y) {
    let [found, least] = [null, 12];
    for (const [row, place] of this.at) {
      const distance = Math.hypot(place[0] - x, place[1] - y);
      if (distance <= least) [found, least] = [row, distance];
    }
    return found;
  }

  /** A ring round the point of a row, on the canvas above this one. */
  mark(canvas, row, style) {
    const { context, ratio } = fitCanvas(canvas, this.size.width, this.size.height);
    const place = this.at.get(row);
    if (!place) return;
    context.lineWidth = 2.5 * ratio;
    context.strokeStyle = style.mark;
    context.beginPath();
    context.arc(place[0] * ratio, place[1] * ratio, 7 * ratio, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** Points of one category lie side by side, always at the same place. */
function spread(column, value, seed) {
  return column.category ? value + 0.6 * (noise(seed) - 0.5) : value;
}

/** A number from 0 to 1 that looks random and is always the same for `seed`. */
function noise(seed) {
  let bits = Math.imul(seed + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 32;
}

function drawCross(context, [x, y], colour) {
  context.strokeStyle = colour;
  line(context, x - 3, y - 3, x + 3, y + 3);
  line(context, x - 3, y + 3, x + 3, y - 3);
}

function drawDot(context, [x, y], colour, many) {
  context.fillStyle = colour;
  if (many) {
    context.fillRect(x - 1.5, y - 1.5, 3, 3);
    return;
  }
  context.beginPath();
  context.arc(x, y, 3.2, 0, 2 * Math.PI);
  context.fill();
}

function drawStar(context, [x, y], style) {
  context.beginPath();
  for (let point = 0; point < 10; point++) {
    const [angle, radius] = [(point * Math.PI) / 5 - Math.PI / 2, point % 2 ? 4 : 9];
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.closePath();
  context.fillStyle = style.mark;
  context.strokeStyle = style.halo;
  context.lineWidth = 1.5;
  context.fill();
  context.stroke();
  context.lineWidth = 1;
}

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function fitting(context, tick, room) {
  const wide = context.measureText(tick.text).width;
  return wide <= room ? tick.text : tickText(tick, Math.max(2, Math.floor((tick.text.length * room) / wide)));
}

/** What a panel shows, in words. */
export function panelWords(panel, counted, best) {
  const shown = `${panel.y.label} against ${panel.x.label}, ${counted}.`;
  return best === null ? shown : `${shown} The best has ${describe(panel.x, best)} and ${describe(panel.y, best)}.`;
}

function describe(column, row) {
  const value = column.values[row];
  const text = Number.isNaN(value) ? "none" : column.category ? column.options[value] : short(value);
  return `${column.label} ${text}`;
}
