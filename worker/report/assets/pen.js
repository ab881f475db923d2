// A pen with those methods of a canvas's context that the plots use, which makes SVG shapes: what a canvas shows can be saved as vectors.

import { shape } from "./dom.js";

const STATE = ["fillStyle", "strokeStyle", "lineWidth", "lineJoin", "globalAlpha", "font", "textAlign", "textBaseline", "dash", "moves"];
const ANCHORS = { left: "start", start: "start", center: "middle", right: "end", end: "end" };
const SHIFTS = { top: "0.78em", middle: "0.35em", bottom: "-0.22em" };

/** `nodes` are the shapes so far. It knows full circles, no other arcs, and turns and shifts but does not stretch. */
export class SvgPen {
  constructor() {
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, lineJoin: "miter", globalAlpha: 1, dash: [], moves: "" });
    Object.assign(this, { font: "12px sans-serif", textAlign: "start", textBaseline: "alphabetic", nodes: [], kept: [] });
    this.ruler = document.createElement("canvas").getContext("2d");
    this.beginPath();
  }

  save() {
    this.kept.push(Object.fromEntries(STATE.map((name) => [name, this[name]])));
  }

  restore() {
    Object.assign(this, this.kept.pop());
  }

  translate(x, y) {
    this.moves += `translate(${near(x)} ${near(y)}) `;
  }

  rotate(angle) {
    this.moves += `rotate(${near((angle * 180) / Math.PI)}) `;
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  beginPath() {
    Object.assign(this, { path: "", circle: null });
  }

  closePath() {
    this.path += "Z";
  }

  moveTo(x, y) {
    this.path += `M${near(x)} ${near(y)}`;
  }

  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${near(x)} ${near(y)}`;
  }

  arc(x, y, radius) {
    this.circle = { cx: near(x), cy: near(y), r: near(radius) };
  }

  stroke() {
    this.#add(this.circle ? "circle" : "path", { ...(this.circle ?? { d: this.path }), fill: "none", ...this.#line() });
  }

  fill() {
    this.#add(this.circle ? "circle" : "path", { ...(this.circle ?? { d: this.path }), fill: this.fillStyle });
  }

  fillRect(x, y, width, height) {
    this.#add("rect", { ...box(x, y, width, height), fill: this.fillStyle });
  }

  strokeRect(x, y, width, height) {
    this.#add("rect", { ...box(x, y, width, height), fill: "none", ...this.#line() });
  }

  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  fillText(text, x, y) {
    const [, weight, size] = /^(\d+ )?([\d.]+)px/.exec(this.font);
    const look = { fill: this.fillStyle, "font-size": size, "font-weight": weight?.trim(), "text-anchor": ANCHORS[this.textAlign] };
    this.#add("text", { x: near(x), y: near(y), dy: SHIFTS[this.textBaseline], ...look }, text);
  }

  #line() {
    const dashes = this.dash.length ? this.dash.join(" ") : undefined;
    return { stroke: this.strokeStyle, "stroke-width": this.lineWidth, "stroke-linejoin": this.lineJoin, "stroke-dasharray": dashes };
  }

  #add(kind, attributes, ...children) {
    const faint = this.globalAlpha < 1 ? near(this.globalAlpha) : undefined;
    this.nodes.push(shape(kind, { ...attributes, opacity: faint, transform: this.moves.trim() || undefined }, ...children));
  }
}

function box(x, y, width, height) {
  return { x: near(x), y: near(y), width: near(width), height: near(height) };
}

function near(number) {
  return Math.round(number * 100) / 100;
}
