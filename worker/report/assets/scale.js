// Where a value stands on an axis: linear, logarithmic (also of negative values) or by category, with its ticks.

import { exponential, short } from "./dom.js";

const FOLD = 0.93; // share of an axis below its folded outliers
const FAR = 9; // times the range of all others that outliers are beyond it, where they are folded

/**
 * The scale of a column over the rows for which `included(row)` holds. Positions run from 0 to 1.
 * folding: whether a few values far above all others lie together at the end, instead of pressing these together.
 */
export function makeScale(column, included, logarithmic, folding = false) {
  if (column.category) return categoryScale(column);
  const { low, high, least } = extent(column.values, included);
  const form = logarithmic ? logarithm(low, high, least) : LINEAR;
  const fold = fence(column.values.filter((_, row) => included(row)), form.into, FAR);
  const folded = folding && fold !== undefined;
  const top = folded ? fold : high;
  let [from, to] = [form.into(low), form.into(top)];
  if (!(to > from)) [from, to] = [from - 0.5, from + 0.5];
  const share = folded ? FOLD : 1;
  return {
    low,
    high,
    foldable: fold !== undefined,
    empty: low > high,
    at: (value) => (folded && value > top ? 1 : (share * (form.into(value) - from)) / (to - from)),
    value: (position) => (position > share ? justAbove(top) : form.back(from + (position / share) * (to - from))),
    ticks: (count) => {
      if (low > high) return [];
      if (low === high) return [{ value: low, text: signed(short(low)), major: true }];
      const ticks = form.ticks(form.back(from), form.back(to), count, column.integer);
      return folded ? [...ticks, { value: Infinity, text: `> ${short(top, low)}`, major: true }] : ticks;
    },
  };
}

function justAbove(value) {
  return value + (Math.abs(value) * 2 ** -52 || Number.MIN_VALUE);
}

/**
 * The largest value that is not far above all others: at most `times` the range of nine tenths of them further away.
 * Undefined where no value is beyond it.
 */
export function fence(values, into, times) {
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
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

function linearTicks(low, high, count, integer) {
  const rough = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
  if (integer) step = Math.max(1, Math.round(step));
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index++) {
    ticks.push({ value: index * step, text: linearText(index * step, step, low, high), major: true });
  }
  return ticks;
}

function linearText(value, step, low, high) {
  if (value === 0) return "0";
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (largest >= 1e6 || (decimals > 5 && largest < 1e-3)) {
    const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value)) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
    return signed(exponential(value.toExponential(digits)));
  }
  return signed(value.toFixed(Math.min(decimals, 17)));
}

/** A true minus sign, as wide as the digits. */
function signed(text) {
  return text.replaceAll("-", "\u2212");
}

/** Powers of ten; with 2 and 5 between them where there are few; round numbers where there is hardly one. */
function powerTicks(low, high, count) {
  const [small, large] = low > 0 ? [low, high] : [-high, -low];
  const decades = Math.log10(large / small);
  if (decades < 0.7) return linearTicks(low, high, count, false);
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
