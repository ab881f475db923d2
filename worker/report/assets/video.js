// The run as a film: evaluations appear in the order in which they ended.

import { drawLines, figure } from "./charts.js";
import { counted, element } from "./dom.js";
import { allPairs, mountScatter } from "./scatter.js";

const LENGTH = 12000; // milliseconds that the whole film takes

/** Puts the film into `root`; data.order lists the rows as they ended, data.elapsed the seconds at which they did. */
export function mountVideo(root, data) {
  const film = element("div");
  const plots = mountScatter(film, data, allPairs(data), { table: false });
  const total = data.order.length;
  const slider = element("input", { type: "range", min: 1, max: Math.max(1, total), "aria-label": "Evaluations shown" });
  const button = element("button", { type: "button" }, "Play");
  const words = element("output", {});
  let playing = 0;
  const show = (count) => {
    slider.value = count;
    plots.limit(new Set(data.order.slice(0, count)));
    const after = data.elapsed[count - 1];
    words.textContent = `${count.toLocaleString("en")} of ${counted(total, "evaluation")}${after === undefined ? "" : `, after ${after} s`}`;
  };
  const stop = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    button.textContent = "Play";
  };
  const play = () => {
    const from = Number(slider.value) >= total ? 1 : Number(slider.value);
    const begun = performance.now();
    button.textContent = "Pause";
    const step = (now) => {
      const count = Math.min(total, from + Math.floor(((now - begun) / LENGTH) * total));
      if (count !== Number(slider.value)) show(count);
      if (count < total) playing = requestAnimationFrame(step);
      else stop();
    };
    playing = requestAnimationFrame(step);
  };
  button.addEventListener("click", () => (playing ? stop() : play()));
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  root.append(element("div", { class: "bar film" }, button, slider, words));
  if (data.progress) {
    const { best } = data.progress;
    const series = [{ label: "Best so far", x: best.map((point) => point[0]), y: best.map((point) => point[2]), kind: "step" }];
    const axes = { x: { label: "evaluations", integer: true }, y: { label: "RESULT", kind: data.progress.scale, distance: data.progress.distance } };
    figure(root, "Best so far", drawLines(data, series, axes, "Best RESULT so far against evaluations."));
  }
  root.append(film);
  show(total);
}
