// Which rows are shown and which of them are selected: ranges on axes, the best k, kept and excluded rows.

import { ranks } from "./data.js";

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
    this.found = null; // tells of a row whether the search finds it; null: all are found
    this.picked = null; // tells of a row whether it was picked in another plot, and not by ranges; null: all are
    this.best = null; // how many of the best are shown; null: all rows
    this.showFailed = true;
    this.shownVersion = 0; // another one whenever other rows are visible
    this.update();
  }

  /** Limit a column to {low, high}, to a Set of categories, or to nothing (null). */
  limit(index, range) {
    if (range === null) this.ranges.delete(index);
    else this.ranges.set(index, range);
    this.update();
  }

  /** Select only rows of which `test` is true; null looks for nothing. */
  find(test) {
    this.found = test;
    this.update();
  }

  /** Select only rows of which `test` is true, as another plot wants it; null picks none out. */
  pick(test) {
    this.picked = test;
    this.update();
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
    this.found = this.picked = null;
    this.update();
  }

  update() {
    const tests = [...this.ranges].map(([index, range]) => rangeTest(this.data.columns[index].values, range));
    for (const test of [this.found, this.picked]) if (test) tests.push(test);
    this.visibleCount = this.selectedCount = 0;
    this.bestSelected = null;
    let changed = false;
    for (let row = 0; row < this.data.size; row++) {
      const usable = this.data.counts[row];
      const shown = this.kept[row] && (this.best === null ? usable || this.showFailed : this.places[row] < this.best) ? 1 : 0;
      const chosen = shown && tests.every((test) => test(row));
      changed ||= this.visible[row] !== shown;
      this.visible[row] = shown;
      this.selected[row] = chosen ? 1 : 0;
      if (chosen && this.places[row] < (this.places[this.bestSelected] ?? Infinity)) this.bestSelected = row;
      this.visibleCount += this.visible[row];
      this.selectedCount += this.selected[row];
    }
    if (changed) this.shownVersion++;
    this.dispatchEvent(new Event("change"));
  }
}

function rangeTest(values, range) {
  if (range instanceof Set) return (row) => range.has(values[row]);
  return (row) => values[row] >= range.low && values[row] <= range.high;
}
