// Makes the page live: it works without this script as well, with a button where the script follows every key.

import { watchCopying } from "./copy.js";
import { openToken } from "./exchange.js";
import { openIfKnown, watchGate } from "./gate.js";
import { watchImporting } from "./importer.js";
import { watchPrograms } from "./programs.js";
import { released, watchPressing } from "./press.js";
import { refresh, refreshSoon, settled } from "./preview.js";
import { noteTaken, showRecent, watchRecent } from "./recent.js";
import { forgetProblems, showGaps, touch } from "./result.js";
import { prepareRows, watchRows } from "./rows.js";
import { forgetSteps, watchUndo } from "./undo.js";

const IMMEDIATE = "select, [type=checkbox]";

document.documentElement.classList.add("js");
watchPressing();
openIfKnown();
prepareRows();
watchRows(() => refresh());
watchGate(() => refresh());
watchCopying(settled, noteTaken);
watchRecent(settled);
showRecent();
watchImporting(() => {
  showAnotherForm();
  document.getElementById("projectname").focus();
});

watchUndo();
watchPrograms(() => {
  forgetSteps();
  showAnotherForm();
});

document.addEventListener("input", (event) => {
  if (event.target.form?.id !== "form" || event.target.closest(".import")) return;
  if (event.target.id === "number_of_parameters") return;
  if (event.target.matches(IMMEDIATE)) refresh();
  else refreshSoon();
});

// Leaving a field without filling it in is the moment to speak of the gap.
document.addEventListener("focusout", async (event) => {
  if (!event.target.closest("#form") || !event.target.id) return;
  await released();
  touch(event.target.id);
});
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.matches("[data-download]")) return;
  event.preventDefault();
  refresh();
});
document.addEventListener("omniopt:show-gaps", showGaps);

// Some fields are boxes only because what they hold is long; it is one line all the same.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-one-line]")) event.preventDefault();
});

// Links of the summary lead to a field, and are no steps for the Back button.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const folded = target.closest("details:not([open])");
  if (folded) folded.open = true;
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
});

// What the browser may have put into the fields by itself is not what the server has seen.
refresh({ address: false });
openToken(showAnotherForm);

// Back, after an import: the address holds the form that was there before.
window.addEventListener("popstate", () => window.location.reload());

/** What the server said of the form that was here before does not hold for the one that is here now. */
function showAnotherForm() {
  forgetProblems();
  openIfKnown();
  prepareRows();
  showRecent();
  refresh();
}
