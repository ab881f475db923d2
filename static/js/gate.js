// A form that somebody may have written: its command is shown once a person has read what it would do. This browser
// remembers which forms were read, or made in it, by a hash of their values; nobody else learns of it.

import { recall, store } from "./memory.js";

const KEY = "omniopt-read";
const MOST = 500; // forms; while somebody types, each pause makes another one

const banner = () => document.getElementById("foreign");

/** Make the button work; `opened` is called when the command may be shown. */
export function watchGate(opened) {
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-read]")) return;
    event.preventDefault();
    remember(banner().dataset.fingerprint);
    open();
    opened();
    document.getElementById("command-title").focus();
  });
}

/** Show the command of a form that this browser has seen before; needed once for a form from the server. */
export function openIfKnown() {
  if (banner() && recall(KEY, []).includes(banner().dataset.fingerprint)) open();
}

/** Whether the command is kept back. */
export function isClosed() {
  return Boolean(banner());
}

/** The form with this fingerprint was made or read here. */
export function remember(fingerprint) {
  store(KEY, [fingerprint, ...recall(KEY, []).filter((one) => one !== fingerprint)].slice(0, MOST));
}

/** Say what the form would do as it is now. */
export function showReview(preview) {
  if (!banner() || !preview.review) return;
  banner().dataset.fingerprint = preview.fingerprint;
  document.getElementById("facts").replaceChildren(...preview.review.map(fact));
}

function open() {
  banner().remove();
  document.getElementById("commands").hidden = false;
  document.getElementById("commands-kept").hidden = true;
}

function fact({ label, parts }) {
  const row = document.createElement("div");
  const words = document.createElement("dd");
  words.append(...parts.map(([shown, note]) => (note ? mark(shown, note) : shown)));
  row.append(Object.assign(document.createElement("dt"), { textContent: label }), words);
  return row;
}

function mark(shown, note) {
  const element = Object.assign(document.createElement("mark"), { className: "mark", textContent: shown });
  element.append(Object.assign(document.createElement("span"), { className: "mark__note", textContent: note }));
  return element;
}
