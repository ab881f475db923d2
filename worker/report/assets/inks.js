// What lines of different colours add up to where they cross, in exact sums for each pixel, and the colour that is seen there.
// The first sum has how often the pixel is covered below SHARE, and another one above it.

import { STEPS, rgbOf } from "./colour.js";

export const SHARE = 2 ** 20; // more than all lines together can cover a pixel
const LEVELS = 64; // of red, green and blue, of which sums are kept
const ABOVE = 2 ** 26; // more than all lines together have of one colour
const DOUBLINGS = 12; // of the weight of a line, from the worst end of a ramp to the best
const FALL = (STEPS - 1) / DOUBLINGS; // steps of the ramp in which it falls by half
const FINE = 7; // bits of the mantissa by which numbers are told apart in tables
export const COVERS = (Math.log2(SHARE) + 1) << FINE; // places in a table of everything that a pixel can be covered by
const NUMBER = new Float32Array(1);
const BITS = new Uint32Array(NUMBER.buffer);

/**
 * The inks of all rows: `of`, row -> ink; `sums`, of each sum ink -> what a line adds; `dashed`, the ink of rows without a
 * colour; `fill(pixels, planes, opacities)`, which makes pixels of the sums in `planes`, see `coverTable`.
 * Where colours are a ramp, its best end counts most: what is good is seen through what is not. Categories are mixed.
 */
export function makeInks(colouring, grey, size) {
  const { colours, bucket } = colouring;
  const dashed = colours.length;
  const of = new Uint8Array(size);
  for (let row = 0; row < size; row++) {
    const ink = bucket(row);
    of[row] = ink < 0 ? dashed : ink;
  }
  const make = colouring.low === undefined ? mixture : ramp;
  return { of, dashed, ...make(colours.map(rgbOf), rgbOf(grey)) };
}

/** One sum, of weights, whose mean is a place on the ramp. */
function ramp(colours, grey) {
  const sum = Float64Array.from([...colours.map((_, step) => 1 + SHARE * Math.round(2 ** (DOUBLINGS - step / FALL))), 1]);
  const without = numberOf(grey);
  const places = ratioTable((mean) => numberOf(colours[Math.max(0, Math.round(FALL * (DOUBLINGS - Math.log2(mean))))]), DOUBLINGS + 1);
  const fill = (pixels, [sums], opacities) => {
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      const both = sums[pixel];
      if (both === 0) {
        pixels[pixel] = 0;
        continue;
      }
      const weights = Math.floor(both / SHARE);
      const cover = both - weights * SHARE;
      const colour = weights === 0 ? without : places[placeOf(Math.max(1, weights / cover))];
      pixels[pixel] = opacities[placeOf(cover)] | colour;
    }
  };
  return { sums: [sum], fill };
}

/** Two sums: of red, and of green and blue. */
function mixture(colours, grey) {
  const levels = [...colours, grey].map((bytes) => bytes.map((byte) => Math.round((byte * (LEVELS - 1)) / 255)));
  const first = Float64Array.from(levels, ([red]) => 1 + SHARE * red);
  const second = Float64Array.from(levels, ([, green, blue]) => green + ABOVE * blue);
  const fill = (pixels, [firsts, seconds], opacities) => {
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      const [one, other] = [firsts[pixel], seconds[pixel]];
      if (one === 0) {
        pixels[pixel] = 0;
        continue;
      }
      const [red, blue] = [Math.floor(one / SHARE), Math.floor(other / ABOVE)];
      const [cover, green] = [one - red * SHARE, other - blue * ABOVE];
      const scale = 255 / (LEVELS - 1) / cover;
      pixels[pixel] = opacities[placeOf(cover)] | ((blue * scale + 0.5) << 16) | ((green * scale + 0.5) << 8) | (red * scale + 0.5);
    }
  };
  return { sums: [first, second], fill };
}

/** The same in one colour, whatever the inks are. */
export function plainFill(colour) {
  const number = numberOf(rgbOf(colour));
  return (pixels, [sums], opacities) => {
    for (let pixel = 0; pixel < pixels.length; pixel++) {
      pixels[pixel] = sums[pixel] === 0 ? 0 : opacities[placeOf(coverOf(sums[pixel]))] | number;
    }
  };
}

/** How often a pixel is covered, of its first sum. */
export function coverOf(first) {
  return first - Math.floor(first / SHARE) * SHARE;
}

/** `make(cover)` of everything that a pixel can be covered by, at `placeOf` of it. */
export function coverTable(make) {
  return ratioTable(make, COVERS >> FINE);
}

/** `make(number)` of the numbers from 1 to 2 ** `powers`, at `placeOf` of them. */
function ratioTable(make, powers) {
  const table = new Int32Array(powers << FINE);
  for (let place = 0; place < table.length; place++) table[place] = make(numberAt(place));
  return table;
}

/** The place in a table of a number that is 1 or larger: its exponent, and the first bits behind it. */
export function placeOf(number) {
  NUMBER[0] = number;
  return (BITS[0] >>> (23 - FINE)) - (127 << FINE);
}

/** The number at a place. */
export function numberAt(place) {
  return (1 + (place % (1 << FINE)) / (1 << FINE)) * 2 ** (place >> FINE);
}

/** A colour as the lower 24 bits of a pixel's number. */
function numberOf([red, green, blue]) {
  return (blue << 16) | (green << 8) | red;
}
