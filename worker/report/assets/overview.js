// The live page of all runs: asks for news every few seconds, and draws anew only what has changed.

import { element, numberText } from "./dom.js";
import { RunPart } from "./goingon.js";
import { windowWords } from "./workers.js";

const HEAD = ["Run", "State", "Evaluations", "Failed", "Running", "Best", "Workers busy"];
const LOOKED = 300000; // milliseconds after the last key or pointer from which on it is asked less often,
const SELDOM = 6; // so many times

/** Begins to ask every `seconds`; while the page is hidden, nobody is asked. data: {palette}, for the lines. */
export function mountOverview(seconds, data) {
  const page = { data, shown: new Map(), parts: new Map(), window: "hour", heard: "", asked: document.getElementById("asked"), runs: document.getElementById("runs"), others: document.getElementById("others"), root: document.getElementById("going-on") };
  page.bar = windowBar(page);
  page.root.before(page.bar);
  let [touched, asking] = [performance.now(), -Infinity];
  const ask = async () => {
    asking = performance.now();
    await askOnce(page);
  };
  const look = async () => {
    const now = performance.now();
    const pause = 1000 * seconds * (now - touched > LOOKED ? SELDOM : 1);
    if (!document.hidden && now - asking >= pause) await ask();
    setTimeout(look, 1000 * Math.min(1, seconds));
  };
  for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "focus"]) addEventListener(event, () => (touched = performance.now()), { passive: true });
  document.addEventListener("visibilitychange", () => {
    touched = performance.now();
    if (!document.hidden) say(page, "Asking …", false);
  });
  look();
}

async function askOnce(page) {
  try {
    const answer = await fetch("state.json", { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const news = await answer.json();
    page.heard = new Date(news.at * 1000).toLocaleTimeString();
    say(page, news.runs.length ? `As of ${page.heard}.` : `There are no runs here yet (${page.heard}).`, false);
    show(page, [...news.runs].sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true })));
  } catch {
    say(page, page.heard ? `No answer since ${page.heard}: what stands here is of then.` : "No answer. Does the command still run?", true);
  }
}

/** The choice of the time over which workers are shown, for all runs; there only where a run is older than an hour. */
function windowBar(page) {
  const choose = () => {
    page.window = choice.value;
    for (const part of page.parts.values()) part.showWorkers(page.window);
  };
  const choice = element("select", { onchange: choose }, ...["hour", "run"].map((name) => element("option", { value: name }, windowWords(name))));
  const bar = element("p", { class: "bar" }, element("label", {}, "Workers over ", choice));
  bar.hidden = true;
  return bar;
}

/** The time of each answer is seen, and not read out: only trouble is. */
function say(page, words, late) {
  page.asked.textContent = words;
  page.asked.classList.toggle("late", late);
  page.asked.setAttribute("aria-live", late ? "polite" : "off");
}

function show(page, runs) {
  const going = runs.filter((run) => run.evaluations);
  const others = runs.filter((run) => !run.evaluations);
  showTable(page, page.runs, going, "");
  showTable(page, page.others, others, going.length ? "Not running" : "");
  const keep = new Set(going.map((run) => run.report));
  for (const [report, part] of page.parts) {
    if (keep.has(report)) continue;
    part.root.remove();
    page.parts.delete(report);
    page.shown.delete(report);
  }
  page.bar.hidden = !going.some((run) => run.timeline.windows.length > 1);
  for (const run of going) {
    if (!page.parts.has(run.report)) {
      page.parts.set(run.report, new RunPart(page.data, run));
      page.root.append(page.parts.get(run.report).root);
    }
    const { evaluations, curve, timeline, more } = run;
    changed(page, run.report, { evaluations, curve, timeline, more }, () => page.parts.get(run.report).update(run, page.window));
  }
}

/** The runs in a holder of their own: what goes on stands before all others, which may be many. */
function showTable(page, holder, runs, title) {
  const told = runs.map(({ evaluations, curve, timeline, ...run }) => ({ ...run, running: evaluations ? run.running : undefined }));
  changed(page, holder.id, { told, title }, () => {
    const focused = holder.contains(document.activeElement) && document.activeElement.getAttribute("href");
    holder.replaceChildren(title && runs.length ? element("h2", {}, title) : "", runs.length ? table(told, title || "Runs") : "");
    if (focused) holder.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  });
}

function changed(page, key, content, action) {
  const text = JSON.stringify(content);
  if (page.shown.get(key) === text) return;
  page.shown.set(key, text);
  action();
}

function table(runs, title) {
  const head = element("thead", {}, element("tr", {}, ...HEAD.map((words) => element("th", { scope: "col" }, words))));
  const body = element("tbody", {}, ...runs.map(row));
  return element("div", { class: "wide", tabindex: 0, role: "region", "aria-label": title }, element("table", { class: "runs" }, head, body));
}

function row(run) {
  const told = run.done !== undefined;
  const state = element("td", {}, element("b", {}, run.state), run.why ? element("div", { class: "soft" }, run.why) : "");
  const bar = told ? element("progress", { value: Math.min(run.done, run.total), max: run.total, "aria-label": `${run.name}: ${run.done} of ${run.total} evaluations` }) : "";
  const best = run.best ? element("span", {}, `${run.result} `, numberText(Number(run.best.text)), ` (evaluation ${run.best.trial})`) : told ? "none yet" : "";
  const busy = run.busy === undefined || run.busy === null ? "" : `${Math.round(100 * run.busy)} % of ${run.workers}`;
  const cells = [told ? String(run.failed) : "", run.running === undefined ? "" : String(run.running), best, busy];
  return element(
    "tr",
    {},
    element("td", {}, element("a", { href: run.report }, run.name)),
    state,
    element("td", {}, bar, told ? ` ${run.done.toLocaleString("en")} of ${run.total.toLocaleString("en")}` : ""),
    ...cells.map((words) => element("td", {}, words)),
  );
}
