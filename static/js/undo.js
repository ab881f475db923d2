// What can be taken back: by the button beside the sentence that says what has happened, or by Ctrl+Z outside of text fields.

import { announce } from "./announce.js";

const TEXT = "input:not([type=checkbox], [type=file]), textarea, select, [contenteditable]";
const steps = [];

/** Say `sentence`, and let the user take back what it is about: `back` does that. */
export function announceUndoable(sentence, back) {
  const step = { back };
  steps.push(step);
  announce(sentence, { label: "Undo (Ctrl+Z)", press: () => take(step) });
}

/** Another form is here: what was done to the one before cannot be taken back in it. */
export function forgetSteps() {
  steps.length = 0;
}

/** Follow the keyboard. */
export function watchUndo() {
  document.addEventListener("keydown", (event) => {
    const pressed = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "z";
    // In a text field, the browser takes back what was typed.
    if (!pressed || !steps.length || event.target.closest(TEXT)) return;
    event.preventDefault();
    take(steps.at(-1));
  });
}

function take(step) {
  const place = steps.indexOf(step);
  if (place < 0) return;
  steps.splice(place); // what came after it was done to what it had left
  step.back();
}
