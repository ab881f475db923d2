// Maps over two columns, to scale, with lines of the same result where both are numbers.

import { NAME_LINE, figure, nameBelow, nameBeside, nameLines } from "./charts.js";
import { makeColouring } from "./colour.js";
import { exact, shape, short, tickText } from "./dom.js";
import { showLegend } from "./legend.js";
import { makeScale, roomyTicks } from "./scale.js";

const LARGE = 1e6; // numbers from here on are too long for what is said of a cell
const CONTOURS = 6; // lines of a map, about
const APART = 36; // pixels between two labels of lines

/**
 * A map over two columns, with what its colours mean: xs and ys are the values of the cells' middles,
 * results[row of ys][column of xs].
 */
export function mapFigure(root, title, data, columns, { xs, ys, results }, words) {
  const column = { values: Float64Array.from(results.flat()), role: "own" };
  const kind = data.columns[data.result].scale;
  const colours = () => makeColouring(data, column, () => true, kind);
  const legend = Object.assign(document.createElement("p"), { className: "legend" });
  const levels = makeScale(column, () => true, kind).ticks(CONTOURS).map((tick) => tick.value);
  const draw = drawMap(columns, { xs, ys, results, levels }, words, colours);
  const holder = figure(root, title, (width) => {
    showLegend(legend, colours(), data.palette);
    return draw(width);
  }, "", () => [{ legend, ramp: colours().colours }]);
  holder.after(legend);
}

function drawMap(columns, { xs, ys, results, levels }, words, colours) {
  const [across, up] = [steps(columns[0], xs), steps(columns[1], ys)];
  return (width) => {
    const colouring = colours();
    const height = Math.round(Math.min(Math.max(width * 0.7, 240), 420));
    const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words });
    const names = columns.map((column, index) => nameLines(column.label, "linear", index ? height - 60 : width - 110));
    const [left, right, top, bottom] = [78 + NAME_LINE * names[1].length, width - 16, 8, height - 30 - NAME_LINE * names[0].length];
    const at = { x: (share) => left + share * (right - left), y: (share) => bottom - share * (bottom - top) };
    results.forEach((line, row) =>
      line.forEach((value, place) => {
        const [x, y] = [at.x(across.edges[place]), at.y(up.edges[row + 1])];
        const size = { width: at.x(across.edges[place + 1]) - x + 0.5, height: at.y(up.edges[row]) - y + 0.5 };
        const cell = shape("rect", { x, y, ...size, fill: colouring.colours[colouring.bucket(row * xs.length + place)] });
        const where = `${columns[0].label} ${text(columns[0], xs[place])}, ${columns[1].label} ${text(columns[1], ys[row])}`;
        cell.append(shape("title", {}, `${where}: typically ${short(value)}`));
        svg.append(cell);
      }),
    );
    if (!columns[0].category && !columns[1].category) svg.append(...contours({ across, up, results, levels }, at));
    const ticks = across.ticks(Math.max(2, Math.floor((right - left) / 60))).map((tick) => ({ ...tick, text: tickText(tick, 10) }));
    const half = (tick) => tick.text.length * 3.6 + 4;
    for (const tick of roomyTicks(ticks, (tick) => [at.x(tick.at) - half(tick), at.x(tick.at) + half(tick)])) {
      const x = Math.min(at.x(tick.at), width - half(tick) + 2);
      svg.append(shape("text", { x, y: bottom + 16, "text-anchor": "middle" }, tick.text));
    }
    for (const tick of roomyTicks(up.ticks(8), (tick) => [at.y(tick.at) - 7, at.y(tick.at) + 7])) {
      svg.append(shape("text", { x: left - 7, y: at.y(tick.at), dy: "0.32em", "text-anchor": "end" }, tickText(tick, 10)));
    }
    svg.append(nameBelow(names[0], (left + right) / 2, height - 8), nameBeside(names[1], (top + bottom) / 2));
    return svg;
  };
}

/** Where the cells of a column begin and end, where their middles are, and its ticks, from 0 to 1: numbers on their scale. */
function steps(column, values) {
  if (column.category) {
    const middles = values.map((_, index) => (index + 0.5) / values.length);
    const named = values.map((value, index) => ({ at: middles[index], text: column.options[value] }));
    return { middles, edges: [...values, 0].map((_, index) => index / values.length), ticks: () => named };
  }
  const scale = makeScale({ ...column, values: Float64Array.from(values) }, () => true, column.scale);
  const middles = values.map((value) => scale.at(value));
  const inner = middles.slice(1).map((middle, index) => (middle + middles[index]) / 2);
  const ticks = (count) => scale.ticks(count).map((tick) => ({ ...tick, at: scale.at(tick.value) })).filter((tick) => tick.at > -0.01 && tick.at < 1.01);
  return { middles, edges: [middles[0], ...inner, middles.at(-1)], ticks };
}

/** The lines on which the result has the same value, one path for each of the levels, with the value at its middle where there is room. */
function contours({ across, up, results, levels }, at) {
  const labels = [];
  return levels.flatMap((level) => {
    const pieces = segments(results, level).map((ends) => ends.map(([x, y]) => [at.x(placeBetween(across.middles, x)), at.y(placeBetween(up.middles, y))]));
    if (!pieces.length) return [];
    const d = pieces.map((ends) => `M${ends.map((point) => point.map((part) => part.toFixed(1)).join(" ")).join("L")}`).join("");
    const line = shape("path", { d, class: "contour" }, shape("title", {}, short(level)));
    const free = pieces.map(([point]) => point).find(([x, y]) => labels.every((other) => Math.hypot(other[0] - x, other[1] - y) > APART) && x > at.x(0.06) && x < at.x(0.94) && y > at.y(0.95) && y < at.y(0.05));
    if (!free) return [line];
    labels.push(free);
    return [line, shape("text", { x: free[0], y: free[1], dy: "0.32em", "text-anchor": "middle", class: "contour-label" }, short(level, NaN, 3))];
  });
}

/** Pieces of the line of a level, two ends each, in steps of the grid (marching squares); corners are told apart by their mean. */
function segments(results, level) {
  const found = [];
  for (let row = 0; row + 1 < results.length; row++) {
    for (let column = 0; column + 1 < results[row].length; column++) {
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => ({ x: column + x, y: row + y, value: results[row + y][column + x] }));
      const crossings = corners.flatMap((one, index) => {
        const other = corners[(index + 1) % 4];
        if (one.value >= level === other.value >= level) return [];
        const share = (level - one.value) / (other.value - one.value);
        return [[one.x + share * (other.x - one.x), one.y + share * (other.y - one.y)]];
      });
      const mean = corners.reduce((sum, corner) => sum + corner.value / 4, 0);
      if (crossings.length === 4 && mean >= level !== corners[0].value >= level) crossings.push(crossings.shift());
      for (let index = 0; index < crossings.length; index += 2) found.push(crossings.slice(index, index + 2));
    }
  }
  return found;
}

/** What lies at a place between whole numbers of a list. */
function placeBetween(list, place) {
  const before = Math.min(Math.floor(place), list.length - 2);
  return list[before] + (place - before) * (list[before + 1] - list[before]);
}

function text(column, value) {
  if (column.category) return column.options[value];
  return Math.abs(value) < LARGE ? exact(Number(value.toPrecision(3))) : value.toExponential(2).replace("e+", "e");
}
