// Exchanges the form for one that the server has rendered: from a config, or from what this tab has kept.

import { announce } from "./announce.js";

/** The page in an answer of the server; its `content` is null where that is no form. */
export async function pageIn(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, content: page.getElementById("form") ? page.getElementById("content") : null };
}

/** Put `content` in the place of the present form. */
export function exchange(content) {
  document.getElementById("content").replaceWith(document.importNode(content, true));
}

/** Bring back a form that was too long for the address, after a reload or behind the Back button. */
export async function restoreKept(shown) {
  const kept = window.history.state?.form;
  if (!kept) return;
  try {
    // Not `form.action`, which is the buttons of that name.
    const address = document.getElementById("form").getAttribute("action");
    const { content } = await pageIn(await fetch(address, { method: "POST", body: new URLSearchParams(kept) }));
    if (!content) throw new Error("the server did not understand it");
    exchange(content);
    shown();
  } catch (error) {
    announce(`The previous contents of the form cannot be shown (${error.message}). Reload the page to try once more.`);
  }
}
