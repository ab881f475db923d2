// Copy buttons: the clipboard where the browser allows it, a selection and the old command elsewhere (plain http).

import { announce } from "./announce.js";

/** Make the buttons with data-copy work; `settled` resolves when what they copy is up to date, `taken` is told what was copied. */
export function watchCopying(settled, taken = () => {}) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await settled();
    if (button.getAttribute("aria-disabled") === "true") {
      const status = document.getElementById("status");
      announce("The command is not usable yet: " + document.getElementById("status-title").textContent + ".");
      status.scrollIntoView({ block: "nearest" });
      status.focus({ preventScroll: true });
      document.dispatchEvent(new CustomEvent("omniopt:show-gaps"));
      return;
    }
    const source = document.getElementById(button.dataset.copy);
    const copied = await copyText(source.value ?? source.textContent, source);
    announce(copied ? "Copied." : "Your browser does not let this page copy. The text is selected: press Ctrl+C.");
    if (!copied) return;
    flash(button);
    taken(source);
  });
}

async function copyText(text, source) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not permitted: as where there is no clipboard.
    }
  }
  return copySelection(source);
}

function copySelection(source) {
  if (source.select) {
    source.select();
  } else {
    const selection = window.getSelection();
    selection.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(source);
    selection.addRange(range);
  }
  return document.execCommand("copy");
}

function flash(button) {
  button.textContent = "Copied";
  button.classList.add("button--done");
  setTimeout(() => {
    button.textContent = "Copy";
    button.classList.remove("button--done");
  }, 2000);
}
