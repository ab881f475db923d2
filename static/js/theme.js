// Light or dark: as the system has it, unless somebody has chosen otherwise in this browser. Runs before anything is drawn.

import { recall, store } from "./memory.js";

const KEY = "omniopt-theme";
const THEMES = ["auto", "light", "dark"]; // the first where nothing was chosen

const choice = () => document.getElementById("theme");

showKept();
document.addEventListener("DOMContentLoaded", showKept);
window.addEventListener("storage", showKept); // chosen in another tab
window.addEventListener("pageshow", showKept); // or before the Back button led here
document.addEventListener("change", (event) => {
  if (event.target !== choice()) return;
  store(KEY, event.target.value);
  show(event.target.value);
});

function showKept() {
  const kept = recall(KEY, THEMES[0]);
  show(THEMES.includes(kept) ? kept : THEMES[0]);
}

function show(theme) {
  document.documentElement.dataset.theme = theme;
  if (choice()) choice().value = theme;
}
