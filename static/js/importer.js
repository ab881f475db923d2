// Fills in the form from a pasted or chosen config: the server renders the page anew, and its content is exchanged.

import { announce } from "./announce.js";

/** Make the import button work; `shown` is called when the form is another one. */
export function watchImporting(shown) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-import]");
    if (!button) return;
    event.preventDefault();
    importConfig(button.formAction, shown);
  });
  // A chosen or dropped file says enough.
  document.addEventListener("change", (event) => {
    if (event.target.id === "file" && event.target.files.length) {
      importConfig(document.querySelector("[data-import]").formAction, shown);
    }
  });
}

async function importConfig(address, shown) {
  try {
    const data = new FormData(document.getElementById("form"));
    const answer = await fetch(address, { method: "POST", body: data, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.getElementById("form") ? page.getElementById("content") : null;
    if (!content) {
      announce(page.querySelector("main")?.textContent.trim() ?? "The server did not understand this.");
      return;
    }
    const problems = page.querySelectorAll("#config-problems .problem");
    if (!problems.length) {
      // The form as it was stays behind the Back button.
      history.pushState(null, "", window.location.href);
      document.getElementById("content").replaceWith(document.importNode(content, true));
      announce(page.getElementById("announcer").textContent.trim());
      shown();
    } else {
      const place = document.getElementById("config-problems");
      place.replaceChildren(...[...problems].map((problem) => document.importNode(problem, true)));
      announce(place.textContent.trim());
    }
    document.getElementById("file").value = "";
  } catch (error) {
    announce(`The config could not be sent (${error.message}). Nothing in the form has changed.`);
  }
}
