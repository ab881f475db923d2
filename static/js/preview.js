// Asks the server for what follows from the form, and keeps the address of the page in step with it.

import { announce } from "./announce.js";
import { isClosed, remember, showReview } from "./gate.js";
import { released } from "./press.js";
import { showPreview, showStale } from "./result.js";

const QUIET_FOR = 150; // ms without typing before the server is asked
const NOT_SENT = ["config", "file", "program_text", "program_file", "take", "action"];

let timer = 0;
let request = null;
let pending = null;
let stale = false; // the server did not answer the last question

/** The keys and texts of the form as the server reads them. */
function formData() {
  const data = new FormData(document.getElementById("form"));
  for (const name of NOT_SENT) data.delete(name);
  return new URLSearchParams(data);
}

/** Ask the server soon, when the user pauses. */
export function refreshSoon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, QUIET_FOR);
}

/** Ask the server now; an older question is given up. address: whether the address of the page follows. */
export function refresh({ address = true } = {}) {
  clearTimeout(timer);
  timer = 0;
  request?.abort();
  request = new AbortController();
  const question = ask(request.signal, address).finally(() => {
    if (pending === question) pending = null;
  });
  pending = question;
}

/** Resolves when the page shows what follows from the form as it is now. */
export async function settled() {
  if (timer) refresh();
  while (pending) await pending;
}

async function ask(signal, address) {
  try {
    const answer = await fetch(document.getElementById("form").dataset.preview, {
      method: "POST",
      body: formData(),
      signal,
    });
    const content = await answer.json();
    await released();
    if (signal.aborted) return;
    if (!("usable" in content) && content.problems?.length) {
      refused(content.problems[0]);
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    showPreview(content);
    showReview(content);
    if (address && !isClosed()) remember(content.fingerprint);
    if (stale) announce("The page is up to date again.");
    stale = false;
    if (address) followAddress(content);
  } catch (error) {
    await released();
    if (signal.aborted) return;
    stale = true;
    showStale("Not up to date: the server does not answer");
    announce(`The page is not up to date, since the server does not answer (${error.message}).`, {
      label: "Try again",
      press: refresh,
    });
  }
}

/** Say why the server makes nothing of the form, such as that it is too much for the page; what was typed stays. */
function refused(problem) {
  stale = true;
  showStale("Not up to date: the page does not accept this");
  announce(`${problem.message} ${problem.hint}`);
}

/** The address holds the form, so that it can be kept and shared. */
function followAddress(preview) {
  const { search, hash } = new URL(preview.url);
  const now = window.location;
  if (search !== now.search || hash !== now.hash) {
    // Not the path of the moment, which may be that of the example.
    const path = document.getElementById("form").getAttribute("action");
    window.history.replaceState(null, "", path + search + hash);
  }
}
