// Elements made of text that is never parsed as markup, and numbers written as the csv writes them.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** An HTML element: attributes by name ("onclick" adds a listener, false leaves one out), then children or text. */
export function element(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function shape(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** The shortest text that reads back as the number, with exponents as in the csv (1e-05). */
export function exact(number) {
  if (Number.isNaN(number)) return "";
  const text = number.toExponential();
  const power = Number(text.split("e")[1]);
  if (number === 0 || (power >= -4 && power < 16) || !Number.isFinite(number)) return String(number);
  return exponential(text);
}

/** A number's text in exponential notation with the exponent written as in the csv: 1e-05 for 1e-5, 2e+07 for 2e7. */
export function exponential(text) {
  const [mantissa, exponent] = text.split("e");
  const power = Number(exponent);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** The number with `digits` significant digits, or as many as tell it from `other`; an integer that is not very large as it is. */
export function short(number, other = NaN, digits = 4) {
  const shown = (value, digits) => rounded(value, Number(value.toPrecision(digits)), digits);
  while (digits < 17 && number !== other && shown(number, digits) === shown(other, digits)) digits++;
  return shown(number, digits);
}

/** The text of a rounded number; zeros that stand for nothing known are left to the exponent. */
function rounded(value, number, digits) {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return exact(value);
  return Math.abs(number) >= 1e6 && number !== value ? exponential(number.toExponential(digits - 1).replace(/\.?0+e/, "e")) : exact(number);
}

/** The number with six significant digits, as tables and lists show it (see worker/report/data/readable.py). Integers stay as they are. */
export function readable(number) {
  return Number.isSafeInteger(number) ? exact(number) : short(number, NaN, 6);
}

/** The same for the page: behind a number with more digits stands the exact one, which is shown on hover and copied. */
export function numberText(number) {
  const [text, whole] = [readable(number), exact(number)];
  return text === whole ? text : element("data", { value: whole, title: whole }, text);
}

/** The number in at most so many characters, if that is possible, with six significant digits or fewer: never cut. */
export function fitted(number, most, other = NaN) {
  for (let digits = 6; digits > 1; digits--) {
    const text = short(number, other, digits);
    if (text.length <= most) return text;
  }
  return short(number, other, 1);
}

/** The text with its middle left out where it is longer than `most`: names differ in their ends more often. */
export function shortened(text, most) {
  if (text.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${text.slice(0, most - 1 - tail)}…${tail ? text.slice(-tail) : ""}`;
}

/** The same with whole words left out of the middle, where words are parted by _ . - or blanks and some of them fit. */
export function fewerWords(text, most) {
  if (text.length <= most) return text;
  const words = text.split(/(?<=[_.\- ])/);
  const [first, last] = [[], []];
  let left = most - 1;
  for (let turn = 0; words.length > 1; turn++) {
    const word = turn % 2 ? words.at(-1) : words[0];
    if (word.length > left) break;
    left -= word.length;
    if (turn % 2) last.unshift(words.pop());
    else first.push(words.shift());
  }
  return first.length ? `${first.join("")}…${last.join("")}` : shortened(text, most);
}

const LONGEST = 60; // letters of a name that is shown as a whole

/** A name in lines of at most `most` letters, which end between words or behind what parts words; a very long one without its middle. */
export function inLines(name, most) {
  const lines = [""];
  for (const word of fewerWords(name, LONGEST).split(/(?<=[^_./\- ][_./\- ]+)(?=[^_./\- ])/)) {
    if (lines.at(-1) && (lines.at(-1) + word.trimEnd()).length > most) lines.push("");
    let rest = word;
    for (; rest.trimEnd().length > most; rest = rest.slice(most)) lines.splice(-1, 1, rest.slice(0, most), "");
    lines.push(lines.pop() + rest);
  }
  return lines.map((line) => line.trim()).filter(Boolean);
}

/** The name with places at which a line may end; a very long one without its middle. */
export function breakable(name) {
  return fewerWords(name, LONGEST).split(/(?<=[^_./-][_./-]+)(?=[^_./-])/).flatMap((part) => [part, element("wbr")]);
}

/** The text of a tick in `most` letters: `brief`, which categories have, leaves out what all others have too; no number is cut. */
export function tickText(tick, most) {
  if (tick.brief === undefined && tick.value !== undefined) {
    const fits = tick.text.length <= most || !Number.isFinite(tick.value);
    return fits ? tick.text : fitted(tick.value, most).replaceAll("-", "\u2212");
  }
  return shortened(tick.text.length <= most ? tick.text : (tick.brief ?? tick.text), most);
}

/** How many, with the word for it: "1 evaluation", "1,204 evaluations". */
export function counted(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

let onPaper = false; // from the moment at which the browser prints, to its end
addEventListener("beforeprint", () => (onPaper = true));
addEventListener("afterprint", () => (onPaper = false));

/** Whether the page is being printed: then nothing may wait for the next frame. */
export function isPrinting() {
  return onPaper;
}

/** What `action` returns while everything is drawn as on paper: at once, and light whatever the page is. */
export function asOnPaper(action) {
  const page = document.documentElement;
  const turn = (white) => {
    onPaper = white;
    page.classList.toggle("white", white);
    dispatchEvent(new Event("white"));
  };
  turn(true);
  try {
    return action();
  } finally {
    turn(false);
  }
}

/** Calls `action` at most once per animation frame, with the newest arguments; at once while the page is printed. */
export function oncePerFrame(action) {
  let wanted = null;
  return (...words) => {
    if (onPaper) {
      action(...words);
      return;
    }
    if (wanted === null) {
      requestAnimationFrame(() => {
        const last = wanted;
        wanted = null;
        action(...last);
      });
    }
    wanted = words;
  };
}

/** Resolves when what has been mounted is drawn: in one frame observers learn sizes, in the next they draw. */
export async function untilDrawn() {
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
}

/** Calls `action` once nothing has wanted it for `pause` milliseconds. */
export function whenQuiet(pause, action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, pause);
  };
}

/** Gives the user `text` as a file. */
export function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** A modal dialog with a heading and a Close button, removed when it is closed. */
export function openDialog(title, content, whenClosed = () => {}) {
  const dialog = element(
    "dialog",
    { "aria-label": title },
    element("h2", {}, title),
    ...content,
    element("p", { class: "buttons" }, element("button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    whenClosed();
  });
  // A click beside the dialog closes it, as people expect.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** What is copied from the page has exact numbers where shorter ones are shown, in cells parted by tabs. */
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (event.defaultPrevented || !selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const text = withinNumber(range) ?? exactText(range);
  if (text === null) return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
});

/** The exact number where the range is the whole text of a shorter one, whose sign a double click leaves out; undefined elsewhere. */
function withinNumber(range) {
  const node = range.commonAncestorContainer;
  const number = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("data");
  if (!number) return undefined;
  const [chosen, whole] = [range.toString(), number.textContent];
  if (chosen === whole) return number.value;
  return `-${chosen}` === whole ? number.value.slice(1) : null;
}

/** The text of the range with exact numbers; null where it has no others. */
function exactText(range) {
  const holder = element("div", { class: "unseen" });
  holder.append(range.cloneContents());
  const numbers = holder.querySelectorAll("data");
  if (!numbers.length) return null;
  for (const number of numbers) number.textContent = number.value;
  document.body.append(holder);
  const text = holder.innerText;
  holder.remove();
  return text;
}
