// Waits while a button is held down: what moves between press and release is missed, and the click goes nowhere.

let held = null; // a promise and what resolves it, from press to release

/** Follow the pointer. */
export function watchPressing() {
  document.addEventListener("pointerdown", press, { capture: true });
  for (const end of ["pointerup", "pointercancel", "contextmenu"]) {
    // The click follows in the same task.
    document.addEventListener(end, () => setTimeout(release), { capture: true });
  }
}

/** Resolves when nothing is held down, at once where that is now. */
export async function released() {
  await held?.promise;
}

function press(event) {
  if (!event.isPrimary || event.button !== 0 || held) return;
  held = {};
  held.promise = new Promise((resolve) => (held.resolve = resolve));
}

function release() {
  held?.resolve();
  held = null;
}
