// Reads a program for its options: a chosen file is read here, what it proposes comes from the server, which runs nothing.

import { announce } from "./announce.js";
import { exchange, pageIn } from "./exchange.js";
import { released } from "./press.js";

/** Make the buttons of the card work; `shown` is called when there is another form. */
export function watchPrograms(shown) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-program]");
    if (!button) return;
    event.preventDefault();
    send(button.formAction, button.dataset.program === "take", shown);
  });
  document.addEventListener("change", async (event) => {
    if (event.target.id !== "program_file" || !event.target.files.length) return;
    document.getElementById("program_text").value = await event.target.files[0].text();
    event.target.value = "";
    send(document.querySelector("[data-program]").formAction, false, shown);
  });
}

async function send(address, takes, shown) {
  try {
    const data = new FormData(document.getElementById("form"));
    const { page, content } = await pageIn(await fetch(address, { method: "POST", body: data, headers: { Accept: "text/html" } }));
    await released();
    if (!content) throw new Error(page.querySelector("main p")?.textContent ?? "the server did not understand this");
    const wrong = page.querySelector("#program_text-problems .problem");
    // The form as it was stays behind the Back button.
    if (takes && !wrong) history.pushState(null, "", window.location.href);
    exchange(content);
    shown();
    const place = takes && !wrong ? "objective_program" : wrong ? "program_text" : "proposals";
    const element = document.getElementById(place);
    (element?.querySelector("input") ?? element)?.focus();
    announce(wrong ? wrong.textContent.trim() : page.getElementById("announcer").textContent.trim());
  } catch (error) {
    announce(`The program could not be read (${error.message}).`);
  }
}
