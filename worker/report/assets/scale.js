// Where a value stands on an axis: linear, logarithmic (also of negative values) or by category, with its ticks.

import { exponential, short } from "./dom.js";

const FOLD = 0.93; // share of an axis below its folded outliers
const FAR = 9; // times the range of all others that outliers are beyond it, where they are folded

/**
 * The scale of a column over the rows for which `included(row)` holds. Positions run from 0 to 1. kind: "linear", "log",
 * "rank" or "distance" (from the best, see worker/report/data/scale_choice.py).
 * folding: whether a few values far above all others lie together at the end, instead of pressing these together.
 * ranged: whether it covers the range that was searched, too; `ends` are then the ends of this range.
 */
export function makeScale(column, included, kind, { folding = false, ranged = false } = {}) {
  if (column.category) return categoryScale(column);
  const data = extent(column.values, included);
  const bounds = ranged ? column.bounds : undefined;
  const least = Math.min(data.least, ...(bounds ?? []).filter(Boolean).map(Math.abs));
  const low = Math.min(data.low, bounds?.[0] ?? Infinity);
  const high = Math.max(data.high, bounds?.[1] ?? -Infinity);
  const form = formOf(kind, column, included, { low, high, least });
  const fold = bounds || kind === "rank" ? undefined : fence(column.values.filter((_, row) => included(row)), form.into, FAR);
  const folded = folding && fold !== undefined;
  const top = folded ? fold : high;
  let [from, to] = [form.into(low), form.into(top)];
  if (!(to > from)) [from, to] = [from - 0.5, from + 0.5];
  const share = folded ? FOLD : 1;
  return {
    ...{ low, high, data, kind, ends: bounds },
    foldable: fold !== undefined,
    empty: low > high,
    at: (value) => (folded && value > top ? 1 : (share * (form.into(value) - from)) / (to - from)),
    value: (position) => (position > share ? justAbove(top) : form.back(from + (position / share) * (to - from))),
    ticks: (count) => {
      if (low > high) return [];
      if (low === high) return [{ value: low, text: signed(short(low)), major: true, end: true }];
      const ticks = form.ticks(form.back(from), form.back(to), count, latticeOf(column));
      if (folded) return [...ticks, { value: Infinity, text: `> ${short(top, low)}`, major: true }];
      return bounds ? withEnds(ticks, bounds) : ticks;
    },
  };
}

/** The ticks with the ends of the searched range among them, whatever else stands there. */
function withEnds(ticks, bounds) {
  const ends = [...new Set(bounds)].map((value) => ({ value, text: signed(short(value)), major: true, end: true }));
  return [...ticks.filter((tick) => !bounds.includes(tick.value)), ...ends];
}

/** The values that a column can have, where not all numbers: from `origin` on in steps. */
function latticeOf(column) {
  if (column.step) return { origin: column.bounds[0], step: column.step };
  return column.integer ? { origin: 0, step: 1 } : undefined;
}

/**
 * Those of the ticks that have room for their texts, the ends of the range before all others, in ascending order.
 * `room(tick)`: from where to where a text would reach, with the space that it needs.
 */
export function roomyTicks(ticks, room) {
  const taken = [];
  for (const tick of [...ticks].sort((one, other) => Number(other.end ?? false) - Number(one.end ?? false))) {
    const [from, to] = room(tick);
    if (taken.every((other) => to <= other.from || from >= other.to)) taken.push({ tick, from, to });
  }
  return new Set(taken.map(({ tick }) => tick));
}

function justAbove(value) {
  return value + (Math.abs(value) * 2 ** -52 || Number.MIN_VALUE);
}

/**
 * The largest value that is not far above all others: at most `times` the range of nine tenths of them further away.
 * Undefined where no value is beyond it.
 */
export function fence(values, into, times) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const [low, most] = [into(sorted[0]), into(sorted[Math.floor(sorted.length * 0.9)])];
  const end = most + times * (most - low);
  const first = sorted.findIndex((value) => into(value) > end);
  return first > 0 && most > low ? sorted[first - 1] : undefined;
}

function categoryScale(column) {
  const count = column.options.length;
  const at = (value) => (value + 0.5) / count;
  return {
    low: 0,
    high: count - 1,
    empty: !count,
    at,
    value: (position) => position * count - 0.5,
    ticks: (most) => {
      const step = Math.max(1, Math.ceil(count / Math.max(most * 2, 2)));
      const brief = briefly(column.options);
      return column.options
        .map((text, value) => ({ value, text, brief: brief(text), major: true }))
        .filter((_, value) => value % step === 0);
    },
  };
}

/** Makes of each of the texts what tells it from the others: without the words at the beginning and end that all have. */
function briefly(texts) {
  const [first, ...others] = texts;
  const shared = (at) => {
    let length = 0;
    while (length < first.length && others.every((text) => text.length > length && at(text, length) === at(first, length))) length++;
    while (length && /[\p{L}\p{N}]/u.test(at(first, length - 1))) length--;
    return length > 3 ? length : 0;
  };
  if (!others.length) return (text) => text;
  const [start, end] = [shared((text, place) => text[place]), shared((text, place) => text.at(-1 - place))];
  return (text) => {
    if (start + end > text.length) return text;
    return (start ? "…" : "") + text.slice(start, text.length - end) + (end ? "…" : "");
  };
}

/** Smallest and largest value and the smallest size of one that is not 0, over the included rows. */
function extent(values, included) {
  let [low, high, least] = [Infinity, -Infinity, Infinity];
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value) || !included(row)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value !== 0 && Math.abs(value) < least) least = Math.abs(value);
  }
  return { low, high, least: least === Infinity ? 1 : least };
}

const LINEAR = { into: (value) => value, back: (value) => value, ticks: linearTicks };

function formOf(kind, column, included, { low, high, least }) {
  if (kind === "log") return logarithm(low, high, least);
  if (kind === "rank") return byRank(column.values.filter((value, row) => included(row) && !Number.isNaN(value)));
  if (kind === "distance") return byDistance(column.distance);
  return LINEAR;
}

function logarithm(low, high, least) {
  if (low > 0) return { into: Math.log10, back: (value) => 10 ** value, ticks: powerTicks };
  if (high < 0) {
    return { into: (value) => -Math.log10(-value), back: (value) => -(10 ** -value), ticks: powerTicks };
  }
  // Both signs, or 0: linear below `unit`, logarithmic above.
  const unit = Math.max(least, Math.max(-low, high) * 1e-6);
  return {
    into: (value) => Math.sign(value) * Math.log10(1 + Math.abs(value) / unit),
    back: (value) => Math.sign(value) * unit * (10 ** Math.abs(value) - 1),
    ticks: (from, to, count) => signedTicks(from, to, count, unit),
  };
}

/** Numbers by their rank among `values`, equal ones alike; others lie between. */
function byRank(values) {
  const sorted = Float64Array.from(values).sort();
  const [levels, places] = [[], []];
  for (let at = 0; at < sorted.length; at++) {
    if (levels.at(-1) !== sorted[at]) places.push(levels.push(sorted[at]) && at);
    else places[places.length - 1] += 0.5;
  }
  const into = (value) => between(levels, places, value);
  const back = (place) => between(places, levels, place);
  const nearest = (place) => levels[nearestPlace(places, place)];
  return { into, back, ticks: (low, high, count) => rankTicks(into, nearest, low, high, count) };
}

/** Where `number` stands in `to`, which rises as `from` does; the nearer end where it is beyond them. */
function between(from, to, number) {
  let [low, high] = [0, from.length - 1];
  if (!(number > from[low])) return to[low];
  if (number >= from[high]) return to[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle] <= number) low = middle;
    else high = middle;
  }
  return to[low] + ((number - from[low]) / (from[high] - from[low])) * (to[high] - to[low]);
}

/** The place in `ascending` of what is nearest to `number`. */
function nearestPlace(ascending, number) {
  let [low, high] = [0, ascending.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= number) low = middle;
    else high = middle;
  }
  return number - ascending[low] <= ascending[high] - number ? low : high;
}

/** The values at even shares of the ranks. */
function rankTicks(into, back, low, high, count) {
  const parts = [8, 4, 2, 1].find((many) => many <= count) ?? 1;
  const [from, to] = [into(low), into(high)];
  const values = Array.from({ length: parts + 1 }, (_, part) => back(from + (part / parts) * (to - from)));
  return [...new Set(values)].map((value) => ({ value, text: signed(short(value, NaN, 3)), major: true }));
}

/** Numbers by the logarithm of their distance from the best. */
function byDistance({ best, unit, sign }) {
  return {
    into: (value) => sign * Math.log10(1 + Math.max(0, sign * (value - best)) / unit),
    back: (place) => best + sign * unit * (10 ** (sign * place) - 1),
    ticks: (low, high) => {
      const far = Math.abs((sign > 0 ? high : low) - best);
      const first = Math.ceil(Math.log10(unit));
      const powers = Array.from({ length: Math.max(0, Math.floor(Math.log10(far)) - first + 1) }, (_, at) => 10 ** (first + at));
      const gaps = [0, ...powers.flatMap((power) => (powers.length < 3 ? [power, 2 * power, 5 * power] : [power])).filter((gap) => gap <= far)];
      return gaps.map((gap) => {
        const value = best + sign * gap;
        return { value, text: signed(short(value, gap ? best : NaN, 3)), major: true, end: gap === 0 };
      });
    },
  };
}

/** About `count` ticks; twice as many where fewer than two would tell nothing of the scale. */
function linearTicks(low, high, count, lattice) {
  const made = (most) => (lattice ? latticeTicks(low, high, most, lattice) : roundTicks(low, high, most));
  const ticks = made(count);
  return ticks.length < 2 ? made(2 * Math.max(count, 1)) : ticks;
}

function roundTicks(low, high, count) {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
  return ticksFrom(0, step, low, high);
}

function ticksFrom(origin, step, low, high) {
  const ticks = [];
  const last = Math.floor((high - origin) / step + 1e-9);
  for (let index = Math.ceil((low - origin) / step - 1e-9); index <= last; index++) {
    const value = Number((origin + index * step).toPrecision(15));
    ticks.push({ value, text: linearText(value, step, low, high), major: true });
  }
  return ticks;
}

/** Ticks on values that there are, on round numbers where every step has too little room. */
function latticeTicks(low, high, count, { origin, step }) {
  const steps = Math.floor((high - low) / step + 1e-9);
  let [every, factor] = [1, 0];
  while (every * Math.max(count, 1) < steps) every *= [2, 2.5, 2][factor++ % 3]; // 1, 2, 5, 10, 20, ...
  const whole = Math.abs(origin / step - Math.round(origin / step)) < 1e-9;
  return ticksFrom(whole && every > 1 ? 0 : origin, every * step, low, high);
}

function linearText(value, step, low, high) {
  if (value === 0) return "0";
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const decimals = decimalsOf(step);
  if (largest >= 1e6 || (decimals > 5 && largest < 1e-3)) {
    const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
    return signed(exponential(value.toExponential(digits)));
  }
  return signed(value.toFixed(Math.min(decimals, 17)));
}

/** How many decimals a step has, or as many as tell it from the next one where these are too many. */
function decimalsOf(step) {
  const least = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const more = [0, 1, 2].find((digits) => Math.abs(step * 10 ** (least + digits) - Math.round(step * 10 ** (least + digits))) < 1e-6);
  return least + (more ?? 0);
}

/** A true minus sign, as wide as the digits. */
function signed(text) {
  return text.replaceAll("-", "\u2212");
}

/** Powers of ten; with 2 and 5 between them where there are few; round numbers where there is hardly one. */
function powerTicks(low, high, count, lattice) {
  const ticks = plainPowers(low, high, count, lattice);
  if (!lattice) return ticks;
  const { origin, step } = lattice;
  const onValue = (value) => Number((origin + Math.round((value - origin) / step) * step).toPrecision(15));
  const values = new Map(ticks.map((tick) => [onValue(tick.value), tick]));
  return [...values].map(([value, tick]) => (value === tick.value ? tick : { ...tick, value, text: signed(short(value)) }));
}

function plainPowers(low, high, count, lattice) {
  const [small, large] = low > 0 ? [low, high] : [-high, -low];
  const decades = Math.log10(large / small);
  if (decades < 0.7) return linearTicks(low, high, count, lattice);
  const every = Math.max(1, Math.ceil(decades / count));
  const ticks = [];
  for (let power = Math.floor(Math.log10(small)); power <= Math.log10(large) + 1e-9; power++) {
    for (const factor of decades < count / 2 ? [1, 2, 5] : [1]) {
      const size = factor * 10 ** power;
      if (size < small * (1 - 1e-9) || size > large * (1 + 1e-9) || power % every !== 0) continue;
      const value = low > 0 ? size : -size;
      ticks.push({ value, text: powerText(value, factor, power), major: factor === 1 });
    }
  }
  return ticks;
}

function powerText(value, factor, power) {
  if (power >= -4 && power <= 4) return signed(Number(value.toPrecision(1)).toString());
  return signed(exponential(`${value < 0 ? "-" : ""}${factor}e${power}`));
}

function signedTicks(low, high, count, unit) {
  const each = Math.max(2, Math.floor(count / 2));
  const upper = high > unit ? powerTicks(unit, high, each) : [];
  const lower = low < -unit ? powerTicks(low, -unit, each) : [];
  const zero = low <= 0 && high >= 0 ? [{ value: 0, text: "0", major: true }] : [];
  return [...lower, ...zero, ...upper].filter((tick) => tick.major);
}
