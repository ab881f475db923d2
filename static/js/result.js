// Shows what the server has computed: problems beside their fields and in the summary, commands, config, link.

import { announce, announceState } from "./announce.js";

const BLOCKS = ["command", "command_long", "command_try", "command_installed", "command_local", "command_file"];
const touched = new Set();
const contents = new WeakMap(); // what a place shows, as it came
let problems = null; // none are known until the server has answered

/** The user has been at a field: from now on a gap there counts as one. */
export function touch(id) {
  if (touched.has(id)) return;
  touched.add(id);
  showProblems();
}

/** Another form is here, as the server has rendered it: what was wrong with the one before is no longer known. */
export function forgetProblems() {
  problems = null;
}

/** Show a preview, the server's answer to the form. */
export function showPreview(preview) {
  applyChanges(preview.changes);
  showPartition(preview.partition);
  showReadings(preview.readings);
  showCost(preview);
  showRanges(preview.ranges);
  showTimes(preview.times);
  problems = preview.problems;
  showProblems();
  showStatus(preview);
  for (const id of BLOCKS) document.getElementById(id).textContent = preview[id];
  document.getElementById("config-text").textContent = preview.config;
  document.getElementById("job-text").textContent = preview.job;
  document.getElementById("slurm-job").hidden = !preview.job;
  document.getElementById("left-out").textContent = preview.left_out;
  showLink(preview);
  document.getElementById("file-commands").hidden = !preview.command_file;
  markUsable(preview.usable);
}

/** Show that the commands do not belong to what stands in the form, since the server did not answer. */
export function showStale(sentence) {
  markUsable(false);
  document.getElementById("status").dataset.state = "wrong";
  for (const id of ["status-title", "statusbar"]) document.getElementById(id).textContent = sentence;
}

/** Show the gaps too, those of fields that were never touched included. */
export function showGaps() {
  delete document.getElementById("content").dataset.fresh;
  showProblems();
}

function showLink({ url, fingerprint }) {
  const link = document.getElementById("link");
  link.value = url;
  link.dataset.fingerprint = fingerprint;
}

function applyChanges(changes) {
  for (const change of changes) {
    const field = document.getElementById(change.query);
    if (field.type === "checkbox") field.checked = change.value === "1";
    else field.value = change.value;
  }
  const partition = document.getElementById("partition").value;
  document.querySelector('[name="partition_was"]').value = partition;
  if (changes.length) announce(changes.map((change) => change.sentence).join(" "));
}

function showPartition(partition) {
  document.getElementById("partition-limits").textContent = partition.limits;
  const gpus = document.getElementById("enable_gpus");
  gpus.disabled = !partition.gpus_possible && !gpus.checked;
}

function showReadings(readings) {
  for (const place of document.querySelectorAll('[id$="-reading"]')) {
    place.textContent = readings[place.id.replace(/-reading$/, "")] ?? "";
  }
}

function showCost(preview) {
  document.getElementById("cost").hidden = !preview.cost;
  document.getElementById("cost-limits").textContent = preview.cost;
  const estimate = document.getElementById("cost-estimate");
  if (estimate.textContent !== preview.estimate) estimate.textContent = preview.estimate;
}

function showRanges(ranges) {
  document.querySelectorAll("#parameters [data-range]").forEach((place, index) => {
    const samples = ranges[index] ?? [];
    if (samples.join() === [...place.children].map((item) => item.textContent).join()) return;
    place.replaceChildren(
      ...samples.map((sample) => {
        const item = make("li");
        item.append(make("span", "", sample));
        return item;
      }),
    );
  });
}

function showTimes(times) {
  for (const part of document.querySelectorAll("[data-time]")) part.setAttribute("width", times[part.dataset.time]);
  document.getElementById("times-sentence").textContent = times.sentence;
}

function showProblems() {
  if (!problems) return; // the page shows what the server has rendered
  const fresh = "fresh" in document.getElementById("content").dataset;
  const beside = new Map();
  for (const problem of problems) {
    if (!problem.field || (fresh && problem.missing && !touched.has(problem.field))) continue;
    beside.set(problem.field, [...(beside.get(problem.field) ?? []), problem]);
  }
  // The page has places only for what was wrong when it was made.
  for (const id of beside.keys()) placeOf(id);
  for (const place of document.querySelectorAll("#form .problems")) {
    const id = place.id.replace(/-problems$/, "");
    if (id === "config") continue;
    const found = beside.get(id) ?? [];
    if (!found.length && !place.childElementCount) continue;
    fill(place, found, besideField);
    const invalid = found.some((problem) => problem.severity === "error");
    document.getElementById(id)?.setAttribute("aria-invalid", String(invalid));
  }
  const gpus = document.getElementById("number_of_gpus-field");
  gpus.hidden = !document.getElementById("enable_gpus").checked && !beside.has("number_of_gpus");
}

/** Show `items` in a place, unless they are there: who stands on one of its buttons is not to lose it. */
function fill(place, items, makeOne) {
  const content = JSON.stringify(items);
  if (contents.get(place) === content) return;
  contents.set(place, content);
  place.replaceChildren(...items.map(makeOne));
}

function placeOf(id) {
  const input = document.getElementById(id);
  const around = document.getElementById(`${id}-field`) ?? input?.closest("[data-row]")?.querySelector(".parameter__problems");
  if (!around || document.getElementById(`${id}-problems`)) return;
  const place = make("div", "problems");
  place.id = `${id}-problems`;
  around.append(place);
  input?.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${place.id}`.trim());
}

function besideField(problem) {
  const element = make("p", `problem problem--${problem.severity}`, problem.message);
  // What a gap is for stands above it anyway.
  if (problem.hint && !problem.missing) element.append(" ", make("span", "problem__hint", problem.hint));
  element.append(...fixesOf(problem));
  return element;
}

function fixesOf({ fixes }) {
  return fixes.flatMap((fix) => {
    const button = make("button", "link-button", fix.label);
    button.type = "button";
    button.dataset.fix = JSON.stringify(fix);
    return [" ", button];
  });
}

function showStatus(preview) {
  const status = document.getElementById("status");
  const title = document.getElementById("status-title");
  if (title.textContent !== preview.headline) {
    title.textContent = preview.headline;
    if (status.dataset.state !== preview.state) announceState(preview.headline + ".");
  }
  status.dataset.state = preview.state;
  document.title = [document.getElementById("projectname").value, "OmniOpt"].filter(Boolean).join(" – ");
  const bar = document.getElementById("statusbar");
  bar.textContent = preview.headline;
  bar.dataset.state = preview.state;
  fill(document.getElementById("status-list"), preview.lines, inSummary);
}

function inSummary(line) {
  const item = make("li", `status__item status__item--${line.severity}`);
  if (line.link) {
    const link = make("a", "", line.link);
    link.href = `#${line.field}`;
    item.append(link);
  }
  item.append(line.text, ...fixesOf(line));
  return item;
}

function markUsable(usable) {
  document.querySelector("[data-when-unusable]").hidden = usable;
  for (const id of BLOCKS) {
    const block = document.getElementById(`${id}-block`);
    block.toggleAttribute("data-unusable", !usable);
    block.querySelector("[data-copy]").setAttribute("aria-disabled", String(!usable));
  }
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
