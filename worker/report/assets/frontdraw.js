// What the plot of the front is drawn on: two axes with ticks, or a cube seen from far away, each with the ranges that are selected.

import { short } from "./dom.js";
import { scaledName } from "./legend.js";

const ROOM = { left: 62, right: 14, top: 12, bottom: 42 };

/** Where two axes are in a canvas: across(share) and up(share) are pixels, their `back` the way back. */
export function flatFrame({ clientWidth: width, clientHeight: height }) {
  const [left, right, top, bottom] = [ROOM.left, width - ROOM.right, ROOM.top, height - ROOM.bottom];
  const across = (share) => left + share * (right - left);
  const up = (share) => bottom - share * (bottom - top);
  across.back = (x) => (x - left) / (right - left);
  up.back = (y) => (bottom - y) / (bottom - top);
  return { width, height, left, right, top, bottom, across, up };
}

/** Two axes; returns where a point stands, by its shares of both. axes: [{name, scale, range}]. */
export function drawFlat(pen, { left, right, top, bottom, height, across, up }, axes, style) {
  const [x, y] = axes.map((axis) => axis.scale);
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
  pen.fillText(scaledName(axes[0].name, x.kind), (left + right) / 2, height - 8);
  pen.textAlign = "right";
  last = Infinity;
  for (const tick of y.ticks(Math.floor((bottom - top) / 42))) {
    const at = up(y.at(tick.value));
    stroke(pen, [left, at], [right, at]);
    if (Math.abs(last - at) > 13) pen.fillText(tick.text, left - 6, at + 4);
    last = at;
  }
  pen.save();
  pen.translate(13, (top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(scaledName(axes[1].name, y.kind), 0, 0);
  pen.restore();
  if (axes.some((axis) => axis.range)) {
    const [[low, high], [least, most]] = axes.map(limitsOf);
    pen.strokeStyle = style.accent;
    pen.strokeRect(across(low), up(most), across(high) - across(low), up(least) - up(most));
  }
  return (one, other) => [across(one), up(other)];
}

/** A function of three shares: where that corner of a cube is, seen from far away (an orthographic projection). */
export function cubeOf(width, height, turn) {
  const size = Math.min(width, height) * 0.52;
  const [sine, cosine] = [Math.sin(turn.around), Math.cos(turn.around)];
  const [tilt, level] = [Math.sin(turn.up), Math.cos(turn.up)];
  return (x, y, z) => {
    const [across, depth] = [(x - 0.5) * cosine - (y - 0.5) * sine, (x - 0.5) * sine + (y - 0.5) * cosine];
    return [width / 2 + size * across, height / 2 - size * ((z - 0.5) * level + depth * tilt)];
  };
}

/** A cube with the ends of each axis; returns where a point stands, by its three shares. axes: [{name, scale, range}]. */
export function drawTurned(pen, project, axes, style) {
  drawEdges(pen, project, axes.map(() => [0, 1]), style.line);
  if (axes.some((axis) => axis.range)) drawEdges(pen, project, axes.map(limitsOf), style.accent);
  pen.fillStyle = style.text;
  const upright = [[0, 0], [0, 1], [1, 0], [1, 1]].sort((one, other) => project(...one, 0)[0] - project(...other, 0)[0])[0];
  axes.forEach((one, axis) => {
    const { scale } = one;
    const at = (share) => (axis === 2 ? project(...upright, share) : project(...[0, 1, 2].map((other) => (other === axis ? share : -0.1))));
    pen.textAlign = axis === 2 ? "right" : "center";
    for (const [words, share] of [[short(scale.data.low), 0.14], [scaledName(one.name, scale.kind), 0.5], [short(scale.data.high), 0.96]]) {
      const [x, y] = at(share);
      const wide = pen.measureText(words).width;
      pen.fillText(words, axis === 2 ? Math.max(x - 4, wide + 2) : Math.max(x, wide / 2 + 2), y);
    }
  });
  return project;
}

/** The twelve edges between [from, to] of each axis. */
function drawEdges(pen, project, spans, colour) {
  pen.strokeStyle = colour;
  const corners = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].map((z) => [x, y, z])));
  const place = (corner) => project(...corner.map((end, axis) => spans[axis][end]));
  for (const one of corners) {
    for (const axis of [0, 1, 2].filter((place) => !one[place])) {
      stroke(pen, place(one), place(one.map((end, other) => (other === axis ? 1 : end))));
    }
  }
}

function stroke(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

/** From where to where on its axis the selected range is, the whole axis where there is none. */
function limitsOf({ scale, range }) {
  if (!range) return [0, 1];
  return [scale.at(range.low), scale.at(range.high)].map((share) => Math.min(1, Math.max(0, share)));
}
