// Which rows are shown and which of them are selected: ranges on axes, the best k, kept and excluded rows.

import { ranks } from "./data.js";

const SEARCH = "search"; // stands among the ranges for what is looked for
const PICK = "pick"; // and this one for what another plot picks

/** The state of a plot's selection; fires "change" after every change. */
export class Selection extends EventTarget {
  constructor(data) {
    super();
    this.data = data;
    const { places, usable } = ranks(data);
    this.places = places;
    this.usable = usable;
    this.kept = new Uint8Array(data.size).fill(1);
    this.visible = new Uint8Array(data.size);
    this.selected = new Uint8Array(data.size);
    this.ranges = new Map(); // column index -> {low, high}, or a Set of categories
    this.outside = new Map(); // of each range, of the search and of the pick, row -> 1 where it does not let the row in
    this.barred = new Uint16Array(data.size); // row -> how many of these do not let it in
    this.best = null; // how many of the best are shown; null: all rows
    this.showFailed = true;
    this.shownVersion = 0; // another one whenever other rows are visible
    this.update();
  }

  /** Limit a column to {low, high}, to a Set of categories, or to nothing (null). */
  limit(index, range) {
    if (range === null) this.ranges.delete(index);
    else this.ranges.set(index, range);
    this.#bar(index, range && rangeTest(this.data.columns[index].values, range));
    this.update();
  }

  /** Select only rows of which `test` is true; null looks for nothing. */
  find(test) {
    this.#bar(SEARCH, test);
    this.update();
  }

  /** Select only rows of which `test` is true, as another plot wants it; null picks none out. */
  pick(test) {
    this.#bar(PICK, test);
    this.update();
  }

  /** Whether another plot has picked rows, other than by ranges. */
  get picked() {
    return this.outside.has(PICK);
  }

  /** Show only the best `count` rows; null shows all. */
  showBest(count) {
    this.best = count;
    this.update();
  }

  /** Show or hide the rows without a usable result. */
  showFailures(shown) {
    this.showFailed = shown;
    this.update();
  }

  /** Keep only the selected rows. */
  keep() {
    this.#narrow((row) => this.selected[row]);
  }

  /** Put the selected rows away. */
  exclude() {
    this.#narrow((row) => !this.selected[row]);
  }

  /** All rows again, without any range. */
  restore() {
    this.best = null;
    this.#narrow(() => true, true);
  }

  #narrow(stays, all = false) {
    for (let row = 0; row < this.kept.length; row++) this.kept[row] = (all || this.kept[row]) && stays(row) ? 1 : 0;
    this.ranges.clear();
    this.outside.clear();
    this.barred.fill(0);
    this.update();
  }

  /** Let only rows in of which `inside` is true; null lets all in. Nothing but what has changed is looked at anew. */
  #bar(key, inside) {
    const before = this.outside.get(key) ?? new Uint8Array(this.data.size);
    for (let row = 0; row < before.length; row++) {
      const out = inside === null || inside(row) ? 0 : 1;
      this.barred[row] += out - before[row];
      before[row] = out;
    }
    if (inside === null) this.outside.delete(key);
    else this.outside.set(key, before);
  }

  update() {
    const { kept, places, visible, selected, barred } = this;
    const { counts } = this.data;
    this.visibleCount = this.selectedCount = 0;
    this.bestSelected = null;
    let [changed, first] = [false, Infinity];
    for (let row = 0; row < kept.length; row++) {
      const shown = kept[row] && (this.best === null ? counts[row] || this.showFailed : places[row] < this.best) ? 1 : 0;
      const chosen = shown && barred[row] === 0 ? 1 : 0;
      changed ||= visible[row] !== shown;
      visible[row] = shown;
      selected[row] = chosen;
      if (chosen && places[row] < first) [this.bestSelected, first] = [row, places[row]];
      this.visibleCount += shown;
      this.selectedCount += chosen;
    }
    if (changed) this.shownVersion++;
    this.dispatchEvent(new Event("change"));
  }
}

function rangeTest(values, range) {
  if (range instanceof Set) return (row) => range.has(values[row]);
  return (row) => values[row] >= range.low && values[row] <= range.high;
}
