// The choice of how many of the best evaluations are shown: by a slider, or as a number.

import { element } from "./dom.js";

/** Its elements below `root`, and `showAll()`, which sets it back; `change(count)` hears of every choice, null: all. */
export function makeBestChoice(usable, change) {
  const most = Math.max(1, usable);
  const slider = element("input", { type: "range", min: 1, max: most, "aria-label": "Best: how many" });
  const number = element("input", { type: "number", min: 1, max: most, "aria-label": "Best: number" });
  const share = element("span", { class: "soft" });
  const show = (count) => {
    slider.value = count;
    // Not under the hands of whoever types it.
    if (document.activeElement !== number) number.value = count;
    share.textContent = `${Number(((100 * count) / most).toPrecision(2))} %`;
  };
  const take = (text) => {
    const count = Math.min(most, Math.max(1, Math.round(Number(text)) || 1));
    show(count);
    change(count === most ? null : count);
  };
  slider.addEventListener("input", () => take(slider.value));
  number.addEventListener("input", () => take(number.value));
  number.addEventListener("change", () => (number.value = slider.value));
  const showAll = () => {
    show(most);
    number.value = most;
  };
  showAll();
  const root = element("span", { class: "best", role: "group", "aria-label": "Best" }, "Best ", slider, number, share);
  return { root, showAll };
}
