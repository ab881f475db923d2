// Says aloud, and shows for a while, what has happened without the user doing it in that place.

import { released } from "./press.js";

const SHOWN_FOR = 8000; // ms
const OFFERED_FOR = 30000; // ms that there is a button to press
let timer = 0;

/** Say how things stand, to those who do not see that it has changed. */
export function announceState(sentence) {
  document.getElementById("state-announcer").textContent = sentence;
}

/** Say `sentence`; with `button` = {label, press} offer something to do about it. */
export function announce(sentence, button = null) {
  const announcer = document.getElementById("announcer");
  clearTimeout(timer);
  announcer.replaceChildren(document.createTextNode(sentence));
  if (button) {
    const element = document.createElement("button");
    element.type = "button";
    element.className = "link-button";
    element.textContent = button.label;
    element.addEventListener("click", () => {
      announcer.replaceChildren();
      button.press();
    });
    announcer.append(" ", element);
  }
  const mine = setTimeout(async () => {
    await released(); // the button may be what is pressed
    if (timer === mine) announcer.replaceChildren();
  }, button ? OFFERED_FOR : SHOWN_FOR);
  timer = mine;
}
