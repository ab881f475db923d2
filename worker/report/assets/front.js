// The results of all evaluations against each other, in two dimensions and in three, linked with the parallel plot: what is selected
// there is bright here, and what is drawn around here are ranges of its axes.

import { whenThemeChanges } from "./colour.js";
import { counted, element, oncePerFrame, short } from "./dom.js";
import { pageStyle } from "./legend.js";
import { makeScale } from "./scale.js";

const ROOM = { left: 62, right: 14, top: 12, bottom: 42 };
const TURN = 0.12; // radians of a key
const LEAST = 4; // pixels that a pointer moves before it draws a range

/** Puts it into `root`. front: {columns, names, trials}: the columns of results, what these are called, and the evaluations that no other one beats. */
export function mountFront(root, data, front, selection) {
  const columns = front.columns.map((name) => data.columns.find((column) => column.name === name));
  if (columns.some((column) => column === undefined)) return;
  new FrontPlot(root, { data, columns, names: front.names }, new Set(front.trials), selection);
}

class FrontPlot {
  constructor(root, { data, columns, names }, trials, selection) {
    Object.assign(this, { data, columns, names, selection, turn: { around: 0.7, up: 0.45 } });
    const trial = data.columns[data.trial].values;
    this.rows = Array.from(trial.keys()).filter((row) => data.counts[row] && columns.every((column) => !Number.isNaN(column.values[row])));
    this.onFront = new Set(this.rows.filter((row) => trials.has(trial[row])));
    const shown = new Set(this.rows);
    this.scales = columns.map((column) => makeScale(column, (row) => shown.has(row), "linear"));
    this.views = views(columns.length);
    this.view = this.views[0];
    this.#build(root);
    this.draw = oncePerFrame(() => this.#draw());
    selection.addEventListener("change", this.draw);
    new ResizeObserver(this.draw).observe(this.canvas);
    whenThemeChanges(this.draw);
  }

  #build(root) {
    const names = (view) => view.map((place) => this.names[place]).join(", ");
    const options = this.views.map((view, index) => element("option", { value: index }, view.length === 3 ? `${names(view)} (to turn)` : names(view)));
    const choice = element("select", { onchange: () => this.#show(this.views[choice.value]) }, ...options);
    this.canvas = element("canvas", { tabindex: 0, role: "img" });
    this.count = element("p", { role: "status", class: "count" });
    this.help = element("p", { class: "soft" });
    const clear = element("button", { type: "button", onclick: () => this.#limit(null) }, "All");
    const axes = this.views.length > 1 ? element("label", {}, "Axes ", choice) : "";
    const holder = element("div", { class: "front-plot" }, this.canvas);
    root.append(element("figure", { class: "linked" }, element("figcaption", {}, "Linked with the parallel plot"), element("div", { class: "bar" }, axes, clear), holder, this.count, this.help));
    this.canvas.addEventListener("pointerdown", (event) => this.#press(event));
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#show(this.view);
  }

  #show(view) {
    this.view = view;
    this.solid = view.length === 3;
    this.help.textContent = this.solid
      ? "Drag, or press the arrow keys, to turn it. What is selected in the parallel plot is bright."
      : "Draw around evaluations to select them in the parallel plot as well; what is selected there is bright here.";
    this.draw?.();
  }

  #press(event) {
    const begin = { x: event.offsetX, y: event.offsetY };
    const turned = { ...this.turn };
    this.canvas.setPointerCapture(event.pointerId);
    const move = (at) => {
      if (this.solid) this.turn = { around: turned.around + (at.offsetX - begin.x) / 120, up: turned.up + (at.offsetY - begin.y) / 120 };
      else this.box = [begin, { x: at.offsetX, y: at.offsetY }];
      this.draw();
    };
    const end = () => {
      this.canvas.removeEventListener("pointermove", move);
      const box = this.box;
      this.box = null;
      if (!this.solid && box && Math.hypot(box[0].x - box[1].x, box[0].y - box[1].y) > LEAST) this.#limit(box);
      else this.draw();
    };
    this.canvas.addEventListener("pointermove", move);
    this.canvas.addEventListener("pointerup", end, { once: true });
    this.canvas.addEventListener("pointercancel", end, { once: true });
  }

  #key(event) {
    const [around, up] = { ArrowLeft: [-TURN, 0], ArrowRight: [TURN, 0], ArrowUp: [0, -TURN], ArrowDown: [0, TURN] }[event.key] ?? [0, 0];
    if (!this.solid || (!around && !up)) return;
    event.preventDefault();
    this.turn = { around: this.turn.around + around, up: this.turn.up + up };
    this.draw();
  }

  /** Makes a box ranges of the parallel plot's axes, or null no range of any result. */
  #limit(box) {
    const inside = (place, low, high) => ({ low: this.scales[place].value(low), high: this.scales[place].value(high) });
    for (const column of this.columns) this.selection.limit(column.index, null);
    if (box) {
      const { across, up } = this.#frame();
      const [left, right] = [box[0].x, box[1].x].map(across.back).sort((one, other) => one - other);
      const [low, high] = [box[0].y, box[1].y].map(up.back).sort((one, other) => one - other);
      this.selection.limit(this.columns[this.view[0]].index, inside(this.view[0], left, right));
      this.selection.limit(this.columns[this.view[1]].index, inside(this.view[1], low, high));
    }
    this.selection.dispatchEvent(new Event("ranges"));
  }

  #frame() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const [left, right, top, bottom] = [ROOM.left, width - ROOM.right, ROOM.top, height - ROOM.bottom];
    const across = (share) => left + share * (right - left);
    const up = (share) => bottom - share * (bottom - top);
    across.back = (x) => (x - left) / (right - left);
    up.back = (y) => (bottom - y) / (bottom - top);
    return { width, height, left, right, top, bottom, across, up };
  }

  #draw() {
    const frame = this.#frame();
    if (!frame.width) return;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.canvas, { width: frame.width * ratio, height: frame.height * ratio });
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = '12px system-ui, "Liberation Sans", sans-serif';
    const style = pageStyle(this.canvas);
    const place = this.solid ? this.#drawCube(pen, frame, style) : this.#drawAxes(pen, frame, style);
    const { selected } = this.selection;
    const paint = (rows, colour, radius, alpha) => {
      pen.fillStyle = colour;
      pen.globalAlpha = alpha;
      for (const row of rows) {
        const [x, y] = place(row);
        pen.beginPath();
        pen.arc(x, y, radius, 0, 2 * Math.PI);
        pen.fill();
      }
      pen.globalAlpha = 1;
    };
    const others = this.rows.filter((row) => !this.onFront.has(row));
    paint(this.rows.filter((row) => !selected[row]), style.grey, 2, 0.45);
    paint(others.filter((row) => selected[row]), style.text, 2.6, 0.65);
    const best = [...this.onFront].filter((row) => selected[row]);
    paint(best, style.mark, 4.5, 1);
    if (this.box) {
      pen.strokeStyle = style.text;
      pen.strokeRect(this.box[0].x, this.box[0].y, this.box[1].x - this.box[0].x, this.box[1].y - this.box[0].y);
    }
    this.#say(best.length, this.rows.filter((row) => selected[row]).length);
  }

  #say(best, chosen) {
    const words = `${chosen.toLocaleString("en")} of ${counted(this.rows.length, "evaluation")} selected, ${best} of them on the front`;
    if (this.count.textContent !== words) this.count.textContent = words;
    this.canvas.setAttribute("aria-label", `${this.view.map((place) => this.names[place]).join(" against ")}: ${words}.`);
  }

  #drawAxes(pen, { left, right, top, bottom, height, across, up }, style) {
    const [x, y] = this.view.map((place) => this.scales[place]);
    pen.fillStyle = style.text;
    pen.strokeStyle = style.line;
    pen.textAlign = "center";
    let last = -Infinity;
    for (const tick of x.ticks(Math.floor((right - left) / 80))) {
      const [at, half] = [across(x.at(tick.value)), pen.measureText(tick.text).width / 2];
      if (at - half < last + 8 || at + half > right + ROOM.right) continue;
      pen.fillText(tick.text, at, bottom + 16);
      last = at + half;
    }
    pen.fillText(this.names[this.view[0]], (left + right) / 2, height - 8);
    pen.textAlign = "right";
    last = Infinity;
    for (const tick of y.ticks(Math.floor((bottom - top) / 42))) {
      const at = up(y.at(tick.value));
      pen.beginPath();
      pen.moveTo(left, at);
      pen.lineTo(right, at);
      pen.stroke();
      if (Math.abs(last - at) > 13) pen.fillText(short(tick.value), left - 6, at + 4);
      last = at;
    }
    pen.save();
    pen.translate(13, (top + bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText(this.names[this.view[1]], 0, 0);
    pen.restore();
    return (row) => [across(x.at(this.columns[this.view[0]].values[row])), up(y.at(this.columns[this.view[1]].values[row]))];
  }

  /** A cube seen from far away (an orthographic projection), with the ends of each axis. */
  #drawCube(pen, { width, height }, style) {
    const size = Math.min(width, height) * 0.52;
    const [sine, cosine] = [Math.sin(this.turn.around), Math.cos(this.turn.around)];
    const [tilt, level] = [Math.sin(this.turn.up), Math.cos(this.turn.up)];
    const project = (x, y, z) => {
      const [across, depth] = [(x - 0.5) * cosine - (y - 0.5) * sine, (x - 0.5) * sine + (y - 0.5) * cosine];
      return [width / 2 + size * across, height / 2 - size * ((z - 0.5) * level + depth * tilt)];
    };
    pen.strokeStyle = style.line;
    const corners = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].map((z) => [x, y, z])));
    for (const one of corners) {
      for (const axis of [0, 1, 2].filter((place) => !one[place])) {
        pen.beginPath();
        pen.moveTo(...project(...one));
        pen.lineTo(...project(...one.map((part, place) => (place === axis ? 1 : part))));
        pen.stroke();
      }
    }
    pen.fillStyle = style.text;
    pen.textAlign = "center";
    const upright = [[0, 0], [0, 1], [1, 0], [1, 1]].sort((one, other) => project(...one, 0)[0] - project(...other, 0)[0])[0];
    this.view.forEach((place, axis) => {
      const scale = this.scales[place];
      const at = (share) => (axis === 2 ? project(...upright, share) : project(...[0, 1, 2].map((other) => (other === axis ? share : -0.08))));
      pen.textAlign = axis === 2 ? "right" : "center";
      pen.fillText(`${short(scale.data.low)} `, ...at(0.14));
      pen.fillText(`${this.names[place]} `, ...at(0.5));
      pen.fillText(`${short(scale.data.high)} `, ...at(0.96));
    });
    return (row) => project(...this.view.map((place) => this.scales[place].at(this.columns[place].values[row])));
  }
}

/** Each two of so many results, and all three of three. */
function views(count) {
  const pairs = Array.from({ length: count }, (_, one) => Array.from({ length: count - one - 1 }, (_, step) => [one, one + step + 1])).flat();
  return count === 3 ? [[0, 1, 2], ...pairs] : pairs;
}
