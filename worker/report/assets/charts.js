// Line charts, bars, intervals and spans as SVG, drawn for the width that they have, so that their text is never shrunk.

import { isDark, whenThemeChanges } from "./colour.js";
import { element, inLines, oncePerFrame, shape, short, shortened } from "./dom.js";
import { SCALE_WORDS } from "./legend.js";
import { saveButtons } from "./saving.js";
import { makeScale, roomyTicks } from "./scale.js";

const EDGES = { left: 58, right: 16, top: 10, bottom: 44 };
const INSET = 7; // between the ends of both axes and what is drawn at them
export const NAME_LINE = 14; // pixels between lines of a name
const NAME_LETTER = 7.4; // pixels of a letter of it, about
const UNITS = [["days", 86400], ["h", 3600], ["min", 60]];

/** The unit in which a time of so many seconds reads best: {name, seconds}. */
export function timeUnit(seconds) {
  const [name, size] = UNITS.find(([, one]) => seconds > 3 * one) ?? ["s", 1];
  return { name, seconds: size };
}

/** A figure with a title that is drawn anew for every width: `draw(width)` returns its SVG element; `legends()` are those of its own. */
export function figure(root, title, draw, note = "", legends = () => []) {
  const holder = element("div", { class: "chart" });
  const save = saveButtons(title, root, () => {
    const svg = holder.querySelector("svg");
    const [wide, high] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
    return [{ words: title }, { nodes: [{ node: svg }], width: wide, height: high }, ...legends(), ...legendsOf(root).map((legend) => ({ legend }))];
  });
  root.append(element("figure", {}, element("figcaption", {}, title, " ", save), holder, note ? element("p", { class: "soft" }, note) : ""));
  let width = 0;
  const redraw = oncePerFrame(() => holder.clientWidth && holder.replaceChildren(draw(holder.clientWidth)));
  new ResizeObserver(() => {
    if (holder.clientWidth !== width) redraw();
    width = holder.clientWidth;
  }).observe(holder);
  whenThemeChanges(redraw);
  return Object.assign(holder, { redraw });
}

/** The legends of lines that belong to the charts of a part of the page: in it, or right behind it. */
function legendsOf(root) {
  const behind = root.nextElementSibling;
  const near = [...root.querySelectorAll("p.legend"), ...(behind?.matches(".legend") ? [behind] : [])];
  return near.filter((legend) => legend.querySelector(".swatch"));
}

/**
 * Lines: series is [{label, x, y, kind: "line" | "step" | "dots" | "band", low, high, straight, tone}], a band goes in steps unless it is straight, tones 0 to 7 are
 * those of categories, "accent" the page's own, "soft" a grey one. axes: {x: {label, log, integer, ends, bounds and step of what was searched}, y: {label, log or
 * kind and distance, clip, ends}}; `ends` are values that the axis reaches in any case, and larger ones than `clip` lie on the upper edge
 * (where `rises`, smaller ones on the lower edge).
 */
export function drawLines(data, series, axes, words) {
  const all = (key) => Float64Array.from(series.flatMap((one) => one[key] ?? []));
  const heights = Float64Array.from([...all("y"), ...all("low"), ...all("high")]);
  const { clip, rises } = axes.y;
  const inside = (value) => (clip ?? null) === null || (rises ? value >= clip : value <= clip);
  const cut = (value) => (inside(value) ? value : clip);
  const x = numberScale(all("x"), axes.x, () => true);
  const y = numberScale(heights, axes.y, (row) => inside(heights[row]));
  return (width) => {
    const height = Math.round(Math.min(Math.max(width * 0.56, 210), 340));
    const frame = chartFrame(width, height, x, y, axes, words);
    for (const one of series) frame.svg.append(drawSeries(data, one, frame, cut));
    return frame.svg;
  };
}

function numberScale(found, { log = false, kind = log ? "log" : "linear", distance, integer = false, ends = [], bounds, step }, included) {
  const values = Float64Array.from([...found, ...ends]);
  const possible = kind !== "log" || values.every((value) => value > 0);
  return makeScale({ values, integer, distance, bounds, step }, (row) => row >= found.length || included(row), possible ? kind : "linear", { ranged: true });
}

function chartFrame(width, height, x, y, axes, words) {
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  const below = nameLines(axes.x.label, x.kind, width - EDGES.left - EDGES.right);
  const [right, top, bottom] = [width - EDGES.right, EDGES.top, height - EDGES.bottom - NAME_LINE * (below.length - 1)];
  const beside = nameLines(axes.y.label, y.kind, bottom - top);
  const wanted = y.ticks(Math.floor((bottom - top) / 42));
  const place = (value) => bottom - INSET - y.at(value) * (bottom - top - INSET);
  const roomy = roomyTicks(wanted, (tick) => [place(tick.value) - 7, place(tick.value) + 7]);
  const ticks = wanted.filter((tick) => roomy.has(tick));
  const left = Math.max(EDGES.left, 34 + 7 * Math.max(0, ...ticks.map((tick) => tick.text.length))) + NAME_LINE * (beside.length - 1);
  const across = (value) => left + INSET + x.at(value) * (right - left - 2 * INSET);
  const up = (value) => bottom - INSET - y.at(value) * (bottom - top - INSET);
  for (const tick of ticks) {
    const at = up(tick.value);
    svg.append(shape("line", { x1: left, x2: right, y1: at, y2: at, class: "grid" }));
    svg.append(shape("text", { x: left - 7, y: at, dy: "0.32em", "text-anchor": "end" }, tick.text));
  }
  const marks = x.ticks(Math.floor((right - left) / 70)).map((tick) => {
    const [at, half] = [across(tick.value), tick.text.length * 3.6];
    return { ...tick, at, half, middle: Math.min(at, width - half) };
  });
  const free = roomyTicks(marks, ({ middle, half }) => [middle - half - 3, middle + half + 3]);
  for (const tick of marks) {
    svg.append(shape("line", { x1: tick.at, x2: tick.at, y1: bottom, y2: bottom + 4, class: "rule" }));
    if (free.has(tick)) svg.append(shape("text", { x: tick.middle, y: bottom + 17, "text-anchor": "middle" }, tick.text));
  }
  if (x.ends) svg.append(shape("line", { x1: across(x.data.low), x2: across(x.data.high), y1: bottom, y2: bottom, class: "extent" }));
  svg.append(shape("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "rule" }));
  svg.append(nameBelow(below, (left + right) / 2, height - 8), nameBeside(beside, (top + bottom) / 2));
  return { svg, across, up, top };
}

/** The lines of an axis' name, with its scale where that is no linear one. */
export function nameLines(name, kind, room) {
  const most = Math.max(8, Math.floor(room / NAME_LETTER));
  if (kind === "linear") return inLines(name, most);
  const words = SCALE_WORDS[kind].legend;
  const whole = name.endsWith(")") ? `${name.slice(0, -1)}, ${words})` : `${name} (${words})`;
  return whole.length <= most ? [whole] : [...inLines(name, most), ...inLines(`(${words})`, most)];
}

/** A name in the middle below an axis, its last line at `y`. */
export function nameBelow(lines, x, y) {
  const rows = lines.map((line, index) => shape("tspan", { x, y: y - NAME_LINE * (lines.length - 1 - index) }, line));
  return shape("text", { "text-anchor": "middle", class: "name" }, ...rows);
}

/** A name that is read upwards beside an axis, its middle at `y`. */
export function nameBeside(lines, y) {
  const rows = lines.map((line, index) => shape("tspan", { x: 0, y: NAME_LINE * index }, line));
  return shape("text", { transform: `translate(13 ${y}) rotate(-90)`, "text-anchor": "middle", class: "name" }, ...rows);
}

function drawSeries(data, one, { across, up, top }, cut) {
  const style = `--tone: ${toneOf(data, one.tone)}`;
  const place = (index, values = one.y) => [across(one.x[index]).toFixed(1), Math.max(top, up(cut(values[index]))).toFixed(1)];
  const rows = one.x.map((_, index) => index);
  let path;
  const dots = one.kind === "dots" || (one.kind === "step" && rows.length === 1); // a line of one point would not be seen
  if (dots) path = rows.map((row) => `M${place(row).join(" ")}h0`).join("");
  else if (one.kind === "band") {
    const steps = (values) => rows.flatMap((row) => [...(row && !one.straight ? [[place(row, values)[0], place(row - 1, values)[1]]] : []), place(row, values)]);
    path = `M${[...steps(one.high), ...steps(one.low).reverse()].join("L")}Z`;
  } else if (one.kind === "step") {
    path = rows.map((row) => (row ? `H${place(row)[0]}V${place(row)[1]}` : `M${place(row).join(" ")}`)).join("");
  } else path = `M${rows.map((row) => place(row).join(" ")).join("L")}`;
  const classes = `series ${dots ? "dots" : one.kind ?? "line"}${one.tone === "soft" ? " faint" : ""}${dashOf(data, one.tone)}`;
  const drawn = shape("path", { d: path, class: classes, style });
  drawn.append(shape("title", {}, one.label));
  return drawn;
}

function toneOf(data, tone) {
  if (typeof tone !== "number") return `var(--${tone ?? "accent"})`;
  return data.palette.categories[tone % data.palette.categories.length][isDark() ? 1 : 0];
}

/** Where colours come again, lines are dashed, and then dotted. */
function dashOf(data, tone) {
  return ["", " dashed", " dotted"][Math.floor(tone / data.palette.categories.length) % 3] ?? "";
}

/** A list of what the colours of lines mean; its `show` makes it that of other ones. */
export function lineKeys(data, series) {
  const list = element("p", { class: "legend" });
  let shown = series;
  const fill = () => {
    const keys = shown.map((one) => {
      const swatch = element("i", { class: `swatch line${dashOf(data, one.tone)}` });
      swatch.style.setProperty("--tone", toneOf(data, one.tone));
      return element("span", { class: "key", title: one.label }, swatch, one.label);
    });
    list.replaceChildren(...keys);
  };
  fill();
  whenThemeChanges(fill);
  return Object.assign(list, { show: (others) => fill((shown = others)) });
}

/** Horizontal bars: rows is [{label, value, low, high, text}], with a line from low to high; values below 0 are drawn as 0. */
export function drawBars(rows, words) {
  return (width) => {
    const left = Math.min(190, Math.max(90, width * 0.32));
    const names = rows.map((row) => inLines(row.label, Math.floor((left - 12) / 7)));
    const step = Math.max(28, NAME_LINE * Math.max(...names.map((lines) => lines.length)) + 6);
    const height = rows.length * step + 6;
    const right = width - 96;
    const most = Math.max(...rows.map((row) => row.high), 1e-9);
    const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
    rows.forEach((row, index) => {
      const middle = index * step + step / 2;
      const at = (value) => left + (Math.max(0, value) / most) * (right - left);
      const lines = names[index].map((line, at) => shape("tspan", { x: left - 8, y: middle + NAME_LINE * (at - (names[index].length - 1) / 2), dy: "0.32em" }, line));
      const name = shape("text", { "text-anchor": "end" }, shape("title", {}, row.label), ...lines);
      svg.append(name, shape("rect", { x: left, y: middle - 8, width: at(row.value) - left, height: 16, class: "bar-body" }));
      svg.append(shape("line", { x1: at(row.low), x2: at(row.high), y1: middle, y2: middle, class: "interval" }));
      svg.append(shape("text", { x: at(row.high) + 8, y: middle, dy: "0.32em" }, row.text));
    });
    return svg;
  };
}

/** Spans of time: rows is [{label, spans: [[start, end, kind]]}], from 0 to `end`; kinds are classes of style. */
export function drawSpans(rows, end, label, kinds, words) {
  return (width) => {
    const { svg, at, step } = spanFrame(rows.map((row) => row.label), [0, end || 1], label, words, width);
    rows.forEach((row, index) => {
      const y = index * step;
      for (const kind of kinds) {
        const own = row.spans.filter((span) => span[2] === kind);
        const pieces = own.map(([from, to]) => `M${at(from).toFixed(1)} ${(y + 1).toFixed(1)}H${Math.max(at(to) - 0.6, at(from) + 0.7).toFixed(1)}v${(step - 2).toFixed(1)}H${at(from).toFixed(1)}Z`);
        if (pieces.length) svg.append(shape("path", { d: pieces.join(""), class: `span ${kind}` }));
      }
    });
    return svg;
  };
}

/** A row for each of the labels over one axis of time: the svg, at(time) in pixels, and the height of a row. */
export function spanFrame(labels, [begin, end], label, words, width) {
  const x = makeScale({ values: Float64Array.of(begin, end), integer: false }, () => true, "linear");
  const step = Math.max(6, Math.min(22, 420 / labels.length));
  const [left, right] = [74, width - 14];
  const height = Math.ceil(labels.length * step) + 46;
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
  const at = (value) => left + x.at(value) * (right - left);
  const every = Math.ceil(14 / step);
  labels.forEach((text, index) => {
    if (index % every === 0) svg.append(shape("text", { x: left - 8, y: (index + 0.5) * step, dy: "0.32em", "text-anchor": "end" }, shortened(text, 9)));
  });
  const bottom = labels.length * step + 4;
  svg.append(shape("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "rule" }));
  for (const tick of x.ticks(Math.floor((right - left) / 80))) {
    svg.append(shape("line", { x1: at(tick.value), x2: at(tick.value), y1: bottom, y2: bottom + 4, class: "rule" }));
    svg.append(shape("text", { x: Math.min(at(tick.value), width - 22), y: bottom + 17, "text-anchor": "middle" }, tick.text));
  }
  svg.append(shape("text", { x: (left + right) / 2, y: height - 5, "text-anchor": "middle", class: "name" }, label));
  return { svg, at, step };
}

/** What one parameter of categories does: rows is [{label, low, middle, high}], a dot with a bar each; `axis` as of `drawLines`. */
export function drawIntervals(rows, axis, words) {
  const x = numberScale([], axis, () => true);
  return (width) => {
    const step = 26;
    const [left, right, bottom] = [Math.min(190, Math.max(90, width * 0.32)), width - EDGES.right, rows.length * step + 4];
    const height = bottom + 44;
    const at = (value) => left + INSET + x.at(value) * (right - left - 2 * INSET);
    const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
    const ticks = x.ticks(Math.floor((right - left) / 70));
    for (const tick of ticks) svg.append(shape("line", { x1: at(tick.value), x2: at(tick.value), y1: 0, y2: bottom, class: "grid" }));
    for (const tick of roomyTicks(ticks, (tick) => [at(tick.value) - tick.text.length * 3.6 - 4, at(tick.value) + tick.text.length * 3.6 + 4])) {
      svg.append(shape("text", { x: at(tick.value), y: bottom + 17, "text-anchor": "middle" }, tick.text));
    }
    rows.forEach(({ label, low, middle, high }, index) => {
      const y = index * step + step / 2;
      const name = shape("text", { x: left - 8, y, dy: "0.32em", "text-anchor": "end" }, shortened(label, Math.floor((left - 12) / 7)));
      const bar = shape("line", { x1: at(low), x2: at(high), y1: y, y2: y, class: "interval" });
      const dot = shape("circle", { cx: at(middle), cy: y, r: 4, class: "bar-body" });
      for (const node of [name, bar, dot]) node.append(shape("title", {}, `${label}: ${short(middle)}, ${short(low)} to ${short(high)}`));
      svg.append(name, bar, dot);
    });
    svg.append(shape("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "rule" }));
    svg.append(shape("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle", class: "name" }, axis.label));
    return svg;
  };
}
