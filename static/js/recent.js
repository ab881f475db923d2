// The forms that somebody took from this browser to a shell, the newest first; kept in it and sent to nobody.

import { isClosed, remember } from "./gate.js";
import { recall, store } from "./memory.js";
import { announceUndoable } from "./undo.js";

const KEY = "omniopt-recent";
const MOST = 10;

const menu = () => document.getElementById("recent");

/** Note the form when its command is copied by hand or its config is downloaded; `settled` resolves when its link is up to date. */
export function watchRecent(settled) {
  document.addEventListener("copy", () => noteTaken(window.getSelection().anchorNode?.parentElement));
  document.addEventListener("submit", async (event) => {
    if (!event.submitter?.matches("[data-download]")) return;
    await settled();
    note();
  });
  document.addEventListener("click", (event) => {
    const entry = event.target.closest("[data-forget]")?.closest("li");
    if (entry) forget(entry);
    else if (event.target.closest("#recent-clear")) forgetAll();
  });
  window.addEventListener("storage", showRecent); // changed in another tab
}

/** `source` was copied: the form is a recent one if that is one of its commands. */
export function noteTaken(source) {
  if (source?.closest("#commands")) note();
}

/** Show the list in the form that is here now. */
export function showRecent() {
  const entries = recall(KEY, []);
  menu().hidden = !entries.length;
  document.getElementById("recent-list").replaceChildren(...entries.map(item));
}

function note() {
  const { value, dataset } = document.getElementById("link");
  const { search, hash } = new URL(value);
  // What somebody else has written is read when it is opened from here, if it was not before.
  if (!isClosed()) remember(dataset.fingerprint);
  const name = document.getElementById("projectname").value.trim() || "without a name";
  const entry = { name, link: search + hash, fingerprint: dataset.fingerprint, at: Date.now() };
  const others = recall(KEY, []).filter((one) => one.fingerprint !== entry.fingerprint);
  keep([entry, ...others].slice(0, MOST));
}

function keep(entries) {
  store(KEY, entries.length ? entries : null);
  showRecent();
}

function forget(entry) {
  const place = [...entry.parentElement.children].indexOf(entry);
  const before = recall(KEY, []);
  keep(before.filter((_, index) => index !== place));
  const next = document.querySelectorAll("#recent [data-forget]")[Math.min(place, before.length - 2)];
  (next ?? document.getElementById("projectname")).focus();
  announceUndoable(`“${before[place].name}” is no longer among the recent forms.`, () => keep(before));
}

function forgetAll() {
  const before = recall(KEY, []);
  keep([]);
  menu().open = false;
  document.getElementById("projectname").focus();
  announceUndoable("There are no recent forms any more.", () => keep(before));
}

function item({ name, link, at }) {
  const entry = document.createElement("li");
  const when = new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const button = element("button", "×");
  button.type = "button";
  button.className = "recent__forget";
  button.dataset.forget = "";
  button.setAttribute("aria-label", `Remove “${name}” of ${when}`);
  // Not the path of the moment, which may be that of the example.
  const path = document.getElementById("form").getAttribute("action");
  entry.append(Object.assign(element("a", name), { href: path + link }), element("span", when), button);
  return entry;
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}
