// Buttons that copy, and the report of a run that is going on loading itself again without disturbing its reader:
// whoever has used a control would lose what it shows, and is offered the newer report instead.

import { element } from "./dom.js";

const CONTROLS = "button, input, select, summary, canvas, svg, td"; // what the reader may have set by it
const QUIET = 20000; // milliseconds without a key or pointer after which nobody is disturbed

/** Begins both; `seconds` between two loads of the page, 0 for never. */
export function begin(seconds) {
  for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
  if (!seconds) return;
  let touched = -QUIET;
  let used = false;
  const newer = element("button", { class: "newer", onclick: () => location.reload() }, "There may be newer results: load them");
  for (const event of ["pointerdown", "keydown", "change"]) {
    document.querySelector("main").addEventListener(event, (happened) => (used ||= Boolean(happened.target.closest(CONTROLS))));
  }
  for (const event of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(event, () => (touched = performance.now()), { passive: true });
  }
  const look = () => {
    const reading = document.querySelector("dialog[open]") || performance.now() - touched < QUIET;
    if (used) document.querySelector("main").append(newer);
    else if (reading || document.hidden) setTimeout(look, 1000);
    else location.reload();
  };
  setTimeout(look, seconds * 1000);
}

async function copy(button) {
  const text = document.getElementById(button.dataset.copy).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    // Pages from a file may not always use the clipboard: select the text for the user instead.
    getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    button.textContent = "Selected; press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), 3000);
}
