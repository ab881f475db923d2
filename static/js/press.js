// Waits while a button is held down: what moves between press and release is missed, and the click goes nowhere.

const TAP = 300; // ms after a finger is up in which the browser makes a click of it; until then nothing may move either

let held = null; // a promise and what resolves it, from press to release
let timer = 0;

/** Follow the pointer. */
export function watchPressing() {
  for (const start of ["pointerdown", "mousedown"]) document.addEventListener(start, press, { capture: true });
  document.addEventListener("pointerup", up, { capture: true });
  for (const end of ["click", "pointercancel", "contextmenu"]) document.addEventListener(end, release, { capture: true });
  // Lists that are windows of their own take the release for themselves. Text fields change as another element is pressed.
  document.addEventListener("change", (event) => event.target.matches("select") && release(), { capture: true });
  document.addEventListener("pointermove", (event) => !event.buttons && event.pointerType === "mouse" && release(), { capture: true });
  window.addEventListener("blur", release);
}

/** Resolves when nothing is held down, at once where that is now. */
export async function released() {
  await held?.promise;
}

function press(event) {
  if (event.isPrimary === false || event.button !== 0) return;
  clearTimeout(timer);
  if (held) return;
  held = {};
  held.promise = new Promise((resolve) => (held.resolve = resolve));
}

function up(event) {
  // The click of a mouse follows in the same task.
  if (event.pointerType === "mouse") release();
  else if (held) timer = setTimeout(release, TAP);
}

function release() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    held?.resolve();
    held = null;
  });
}
