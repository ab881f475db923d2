// Fills in the form from a pasted or chosen config: the server renders the page anew, and its content is exchanged.

import { announce } from "./announce.js";
import { exchange, pageIn } from "./exchange.js";
import { released } from "./press.js";
import { announceUndoable } from "./undo.js";

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
    const { page, content } = await pageIn(answer);
    await released();
    const problems = content ? [...page.querySelectorAll("#config-problems .problem")] : [];
    if (!content) {
      // A page about an error, such as that of a file that is too large: its second sentence says more than its title.
      refuse(page.querySelector("main p")?.textContent ?? "The server did not understand this.");
    } else if (problems.length) {
      refuse(...problems.map((problem) => document.importNode(problem, true)));
    } else {
      // The form as it was stays behind the Back button.
      history.pushState(null, "", window.location.href);
      const before = exchange(content);
      shown();
      announceUndoable(page.getElementById("announcer").textContent.trim(), () => {
        document.getElementById("content").replaceWith(before);
        announce("The form is as it was before.");
        shown();
      });
    }
    document.getElementById("file").value = "";
  } catch (error) {
    refuse(`The config could not be sent (${error.message}).`);
  }
}

/** Say beside the config why it was not taken; the form stays as it is. */
function refuse(...reasons) {
  const place = document.getElementById("config-problems");
  place.replaceChildren(
    ...reasons.map((reason) => {
      if (typeof reason !== "string") return reason;
      const element = document.createElement("p");
      element.className = "problem problem--error";
      element.textContent = reason;
      return element;
    }),
  );
  const config = document.getElementById("config");
  config.setAttribute("aria-invalid", "true");
  config.focus(); // which reads the reasons aloud, since they describe the field
  announce("This was not accepted, and nothing in the form has changed.");
}
