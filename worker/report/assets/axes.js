// The axes of a parallel plot: lines, ticks, names as buttons, and ranges that are drawn with the pointer.

import { breakable, element, fitted, shape, tickText } from "./dom.js";
import { SCALE_WORDS } from "./legend.js";
import { roomyTicks } from "./scale.js";

const REACH = 22; // pixels to each side of an axis in which a drag means a range
const DENSE = 120; // pixels between axes below which their names are smaller
const GRIP = 7; // pixels round the end of a range that move this end

/**
 * Draws all axes into `svg` and their names into `names`.
 * axes: [{column, x, scale, inverted, range}]; frame: {top, bottom, width, height, missing};
 * actions: limit(column, range), click(event), open(axis), move(axis, x), drop(axis, x).
 */
export function drawAxes(svg, names, axes, frame, actions) {
  svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
  svg.setAttribute("width", frame.width);
  svg.setAttribute("height", frame.height);
  svg.replaceChildren(...axes.map((axis) => drawAxis(axis, frame, actions)));
  const buttons = axes.map((axis) => nameButton(axis, frame, actions));
  names.classList.toggle("dense", axes.some((axis) => axis.room < DENSE));
  names.replaceChildren(...buttons);
  names.style.height = `${Math.max(...buttons.map((button) => button.offsetHeight)) + 4}px`;
}

/** Where a value of the axis stands, in pixels from the top. */
function positionOf(axis, frame, value) {
  if (Number.isNaN(value)) return frame.missing;
  const place = axis.scale.at(value);
  return frame.bottom - (axis.inverted ? 1 - place : place) * (frame.bottom - frame.top);
}

/** The same of all rows. */
export function positionsOf(axis, frame) {
  const { values } = axis.column;
  const places = new Float32Array(values.length);
  for (let row = 0; row < places.length; row++) places[row] = positionOf(axis, frame, values[row]);
  return places;
}

function valueAt(axis, frame, y) {
  const place = (frame.bottom - y) / (frame.bottom - frame.top);
  return axis.scale.value(axis.inverted ? 1 - place : place);
}

function drawAxis(axis, frame, actions) {
  const group = shape("g", { transform: `translate(${axis.x} 0)`, class: "axis" });
  group.append(shape("line", { y1: frame.top, y2: frame.bottom, class: "rule" }));
  const count = Math.max(2, Math.floor((frame.bottom - frame.top) / 44));
  const { data, ends } = axis.scale;
  if (ends && data.low <= data.high) {
    const [y1, y2] = [data.low, data.high].map((value) => positionOf(axis, frame, value));
    group.append(shape("line", { y1, y2, class: "extent" }));
  }
  const ticks = axis.scale.ticks(count).map((tick) => ({ ...tick, y: positionOf(axis, frame, tick.value) }));
  const roomy = roomyTicks(ticks, (tick) => [tick.y - 7, tick.y + 7]);
  for (const tick of ticks.sort((one, other) => other.y - one.y)) {
    group.append(shape("line", { x1: -4, x2: 4, y1: tick.y, y2: tick.y, class: "tick" }));
    if (!roomy.has(tick)) continue;
    group.append(shape("text", { x: 7, y: tick.y, dy: "0.32em" }, tickText(tick, Math.max(4, Math.floor((axis.room - 12) / 6.6)))));
  }
  if (axis.missing) {
    group.append(shape("line", { x1: -4, x2: 4, y1: frame.missing, y2: frame.missing, class: "tick" }));
    group.append(shape("text", { x: 7, y: frame.missing, dy: "0.32em", class: "none" }, "none"));
  }
  if (axis.scale.empty) return group;
  const range = {
    rect: shape("rect", { x: -7, width: 14, class: "range", visibility: "hidden" }),
    ends: ["-0.4em", "1em"].map((dy) => shape("text", { x: -9, dy, class: "end", "text-anchor": "end" })),
  };
  const catcher = shape("rect", {
    ...{ x: -REACH, width: 2 * REACH, y: frame.top - 10, height: frame.bottom - frame.top + 20 },
    class: "catcher",
  });
  group.append(range.rect, ...range.ends, catcher);
  showRange(range, axis, frame);
  catcher.addEventListener("pointerdown", (event) => drag(event, axis, frame, range, actions));
  // Browsers do not all heed touch-action inside of an svg, and would scroll instead.
  catcher.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  return group;
}

/** The ends of the axis' range in pixels, upper one first; null where it has none. */
function rangeEnds(axis, frame) {
  if (!axis.range) return null;
  let ends;
  if (axis.range instanceof Set) {
    if (!axis.range.size) return [frame.bottom, frame.bottom];
    const half = 0.5;
    const values = [...axis.range];
    ends = [Math.min(...values) - half, Math.max(...values) + half];
  } else {
    ends = [Math.max(axis.range.low, axis.scale.low), Math.min(axis.range.high, axis.scale.high)];
  }
  const [one, other] = ends.map((value) => positionOf(axis, frame, value));
  return [Math.min(one, other), Math.max(one, other)];
}

function showRange({ rect, ends: texts }, axis, frame) {
  const ends = rangeEnds(axis, frame);
  rect.setAttribute("visibility", ends ? "visible" : "hidden");
  const { low, high } = axis.range ?? {};
  const most = Math.max(6, Math.floor((Math.min(axis.room, axis.x) - 14) / 6.6));
  const words = low === undefined ? ["", ""] : [fitted(high, most, low), fitted(low, most, high)];
  if (axis.inverted) words.reverse();
  texts.forEach((text, index) => {
    text.textContent = words[index];
    if (ends) text.setAttribute("y", ends[index]);
  });
  if (!ends) return;
  rect.setAttribute("y", ends[0]);
  rect.setAttribute("height", Math.max(2, ends[1] - ends[0]));
}

/**
 * A drag on an axis: a new range, or an end of the old one, or the old one as a whole. A click takes it away; where
 * there is none, it is a click on the line that runs there.
 */
function drag(event, axis, frame, range, actions) {
  event.preventDefault();
  const catcher = event.currentTarget;
  catcher.setPointerCapture(event.pointerId);
  const origin = catcher.ownerSVGElement.getBoundingClientRect().top;
  const clamp = (y) => Math.min(frame.bottom, Math.max(frame.top, y));
  const start = clamp(event.clientY - origin);
  const ends = rangeEnds(axis, frame);
  let moved = false;
  let ranged = (y) => [start, y];
  if (ends && Math.abs(start - ends[0]) <= GRIP) ranged = (y) => [y, ends[1]];
  else if (ends && Math.abs(start - ends[1]) <= GRIP) ranged = (y) => [ends[0], y];
  else if (ends && start > ends[0] && start < ends[1]) {
    ranged = (y) => {
      const shift = Math.min(frame.bottom - ends[1], Math.max(frame.top - ends[0], y - start));
      return [ends[0] + shift, ends[1] + shift];
    };
  }
  const move = (now) => {
    const y = clamp(now.clientY - origin);
    if (!moved && Math.abs(y - start) < 3) return;
    moved = true;
    axis.range = rangeBetween(axis, frame, ranged(y));
    showRange(range, axis, frame);
    actions.limit(axis.column, axis.range);
  };
  const end = (now) => {
    catcher.removeEventListener("pointermove", move);
    if (moved) return;
    if (!ends) {
      if (now.type === "pointerup") actions.click(now);
    } else {
      axis.range = null;
      showRange(range, axis, frame);
      actions.limit(axis.column, null);
    }
  };
  catcher.addEventListener("pointermove", move);
  catcher.addEventListener("pointerup", end, { once: true });
  catcher.addEventListener("pointercancel", end, { once: true });
}

function rangeBetween(axis, frame, pixels) {
  const [one, other] = pixels.map((y) => valueAt(axis, frame, y));
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  if (!axis.column.category) {
    // A range that reaches the end of the axis includes the value at this end, whatever rounding says.
    const [upper, lower] = [Math.min(...pixels) <= frame.top, Math.max(...pixels) >= frame.bottom];
    const [top, bottom] = axis.inverted ? [lower, upper] : [upper, lower];
    return { low: bottom ? axis.scale.low : low, high: top ? axis.scale.high : high };
  }
  const chosen = axis.column.options.map((_, index) => index).filter((index) => index >= low && index <= high);
  return new Set(chosen);
}

/** The name above an axis: opens its settings; dragged sideways it moves the axis. */
function nameButton(axis, frame, actions) {
  const { label } = axis.column;
  const states = [axis.kind !== "linear" && SCALE_WORDS[axis.kind].brief, axis.inverted && "inverted"].filter(Boolean);
  const width = Math.min(axis.room - 4, axis.first ? 2 * axis.x : Infinity);
  const button = element(
    "button",
    {
      ...{ type: "button", class: "axis-name", title: `${label}: settings; drag to move` },
      ...{ "aria-label": [label, ...states].join(", "), "aria-haspopup": "dialog", "data-column": axis.column.index },
      "aria-keyshortcuts": "ArrowLeft ArrowRight",
    },
    element("span", {}, ...breakable(label)),
    element("small", {}, states.join(", ")),
  );
  button.style.left = `${axis.x}px`;
  button.style.maxWidth = `${width}px`;
  let dragged = false;
  button.addEventListener("click", () => (dragged ? (dragged = false) : actions.open(axis)));
  button.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    actions.step(axis, by);
  });
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    const move = (now) => {
      if (Math.abs(now.clientX - event.clientX) > 5) dragged = true;
      if (dragged) actions.move(axis, axis.x + now.clientX - event.clientX, button);
    };
    const end = (now) => {
      button.removeEventListener("pointermove", move);
      if (dragged) actions.drop(axis, axis.x + now.clientX - event.clientX);
    };
    button.addEventListener("pointermove", move);
    button.addEventListener("pointerup", end, { once: true });
    button.addEventListener("pointercancel", end, { once: true });
  });
  return button;
}
