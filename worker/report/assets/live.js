// Buttons that copy, and the report of a run that is going on loading itself again without disturbing its reader.

const QUIET = 20000; // milliseconds without a key or pointer after which nobody is disturbed

/** Begins both; `seconds` between two loads of the page, 0 for never. */
export function begin(seconds) {
  for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button));
  if (!seconds) return;
  let touched = -QUIET;
  for (const event of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(event, () => (touched = performance.now()), { passive: true });
  }
  const look = () => {
    const reading = document.querySelector("dialog[open]") || performance.now() - touched < QUIET;
    if (reading || document.hidden) setTimeout(look, 1000);
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
