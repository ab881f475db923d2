// Exchanges the form for one that the server has rendered: from a config, or from the token in a link.

import { announce } from "./announce.js";

const MARK = "#c="; // what stands before the token in a link

/** The page in an answer of the server; its `content` is null where that is no form. */
export async function pageIn(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, content: page.getElementById("form") ? page.getElementById("content") : null };
}

/** Put `content` in the place of the present form; returns that, with all that was typed into it. */
export function exchange(content) {
  const before = document.getElementById("content");
  before.replaceWith(document.importNode(content, true));
  return before;
}

/** Open the form that the address holds behind its #, which no server has seen. */
export async function openToken(shown) {
  const token = window.location.hash.startsWith(MARK) && window.location.hash.slice(MARK.length);
  if (!token) return;
  try {
    const data = new FormData();
    data.set("config", token);
    // What the link says of the installation is no part of the config.
    if (new URLSearchParams(window.location.search).has("packages")) data.set("packages", "1");
    const address = document.querySelector("[data-import]").formAction;
    const answer = await fetch(address, { method: "POST", body: data, headers: { Accept: "text/html" } });
    const { page, content } = await pageIn(answer);
    const problem = page.querySelector(content ? "#config-problems .problem" : "main p");
    if (problem || !content) throw new Error(problem?.textContent.trim() ?? "the server did not understand it");
    exchange(content);
    shown();
  } catch (error) {
    announce(`The form in this link cannot be shown (${error.message}). Nothing is lost: reload the page to try once more.`);
  }
}
