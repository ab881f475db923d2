// The live page of all runs: asks for news every few seconds, and draws anew only what has changed.

import { drawLines, figure, lineKeys } from "./charts.js";
import { counted, element, numberText } from "./dom.js";

const HEAD = ["Run", "State", "Evaluations", "Failed", "Running", "Best", "Workers busy"];
const TONES = 5; // curves of running evaluations in colours; the others are grey

/** Begins to ask every `seconds`; while the page is hidden, nobody is asked. data: {palette}, for the lines. */
export function mountOverview(seconds, data) {
  const page = { data, shown: new Map(), asked: document.getElementById("asked"), runs: document.getElementById("runs"), parts: document.getElementById("going-on") };
  let heard = "";
  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch("state.json", { cache: "no-store" });
        if (!answer.ok) throw new Error(answer.statusText);
        const news = await answer.json();
        heard = new Date(news.at * 1000).toLocaleTimeString();
        say(page, news.runs.length ? `As of ${heard}.` : `There are no runs here yet (${heard}).`, false);
        show(page, [...news.runs].sort((one, other) => Boolean(other.evaluations) - Boolean(one.evaluations)));
      } catch {
        say(page, heard ? `No answer since ${heard}: what stands here is of then.` : "No answer. Does the command still run?", true);
      }
    }
    setTimeout(ask, seconds * 1000);
  };
  document.addEventListener("visibilitychange", () => document.hidden || say(page, "Asking …", false));
  ask();
}

/** The time of each answer is seen, and not read out: only trouble is. */
function say(page, words, late) {
  page.asked.textContent = words;
  page.asked.classList.toggle("late", late);
  page.asked.setAttribute("aria-live", late ? "polite" : "off");
}

function show(page, runs) {
  changed(page, "table", runs.map(({ evaluations, curve, ...run }) => run), () => {
    const focused = document.activeElement?.closest?.("#runs a")?.getAttribute("href");
    page.runs.replaceChildren(runs.length ? table(runs) : "");
    if (focused) page.runs.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  });
  const going = runs.filter((run) => run.evaluations);
  const keep = new Set(going.map((run) => run.report));
  for (const part of [...page.parts.children]) if (!keep.has(part.dataset.run)) part.remove();
  for (const run of going) {
    let part = [...page.parts.children].find((one) => one.dataset.run === run.report);
    if (!part) page.parts.append((part = element("section", { "data-run": run.report })));
    const { evaluations, curve } = run;
    changed(page, run.report, { evaluations, curve }, () => part.replaceChildren(...goingOn(page.data, run)));
  }
}

function changed(page, key, content, action) {
  const text = JSON.stringify(content);
  if (page.shown.get(key) === text) return;
  page.shown.set(key, text);
  action();
}

function table(runs) {
  const head = element("thead", {}, element("tr", {}, ...HEAD.map((words) => element("th", { scope: "col" }, words))));
  const body = element("tbody", {}, ...runs.map(row));
  return element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Runs" }, element("table", { class: "runs" }, head, body));
}

function row(run) {
  const told = run.done !== undefined;
  const state = element("td", {}, element("b", {}, run.state), run.why ? element("div", { class: "soft" }, run.why) : "");
  const bar = told ? element("progress", { value: Math.min(run.done, run.total), max: run.total, "aria-label": `${run.name}: ${run.done} of ${run.total} evaluations` }) : "";
  const best = run.best ? element("span", {}, `${run.result} `, numberText(Number(run.best.text)), ` (evaluation ${run.best.trial})`) : told ? "none yet" : "";
  const busy = run.busy === undefined || run.busy === null ? "" : `${Math.round(100 * run.busy)} % of ${run.workers}`;
  const cells = [told ? String(run.failed) : "", run.evaluations ? String(run.running) : "", best, busy];
  return element(
    "tr",
    {},
    element("td", {}, element("a", { href: run.report }, run.name)),
    state,
    element("td", {}, bar, told ? ` ${run.done.toLocaleString("en")} of ${run.total.toLocaleString("en")}` : ""),
    ...cells.map((words) => element("td", {}, words)),
  );
}

function goingOn(data, run) {
  const { curve, evaluations, result } = run;
  const charts = element("div", { class: "charts" });
  if (curve.length) {
    const line = { label: "Best so far", kind: "step", x: curve.map(([count]) => count), y: curve.map(([, value]) => value) };
    const axes = { x: { label: "evaluations", integer: true }, y: { label: result } };
    figure(charts, `Best ${result} so far`, drawLines(data, [line], axes, `Best ${result} so far of ${run.name}: ${run.best.text}.`));
  }
  const printed = evaluations.filter((one) => one.x.length);
  const series = printed.map((one, index) => ({ label: `Evaluation ${one.trial}`, x: one.x, y: one.y, tone: index < TONES ? index : "soft", kind: one.x.length > 1 ? "line" : "dots" }));
  if (series.length) {
    const axes = { x: { label: "RESULT line", integer: true }, y: { label: "RESULT" } };
    figure(charts, "Running evaluations so far", drawLines(data, [...series].reverse(), axes, `Values of ${counted(series.length, "running evaluation")} of ${run.name}.`));
    charts.lastChild.append(lineKeys(data, series.slice(0, TONES)));
  }
  const lines = evaluations.map((one) => element("li", {}, `Evaluation ${one.trial}: worker ${one.worker}${one.host ? ` on ${one.host}` : ""}, ${one.start === null ? "next" : `since ${new Date(one.start * 1000).toLocaleTimeString()}`}`));
  const more = run.more ? [element("li", {}, `and ${counted(run.more, "more evaluation")}`)] : [];
  const list = lines.length ? element("ul", {}, ...lines, ...more) : element("p", {}, "No evaluation is running.");
  return [element("h2", {}, run.name), charts, element("details", { open: true }, element("summary", {}, counted(lines.length + run.more, "evaluation") + " in hand"), list)];
}
