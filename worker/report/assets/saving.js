// "Save as svg" and "Save as png": a chart as a file of its own, with its title and its legend.

import { asOnPaper, download, element, shape } from "./dom.js";
import { pageStyle } from "./legend.js";
import { SvgPen } from "./pen.js";

const SHARPNESS = 3; // pixels of a png for each of the page: some 300 an inch at the width of a page
const LETTER = 7.2; // pixels of a letter of a legend, about
const LINE = 22; // pixels of a line of words
const LOOKS = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap"],
  ...["stroke-linejoin", "font-size", "font-weight", "font-style", "text-anchor", "paint-order", "visibility"],
];

/**
 * Two buttons that save what `parts()` returns, see `assembled`, as the file `name`; `root` is on the page and says its
 * colours, those on white. note: what a reader should know of the svg before.
 */
export function saveButtons(name, root, parts, note = "") {
  const file = name.replace(/[^\p{L}\p{N}]+/gu, "-");
  const button = (kind, action) => {
    const save = () => action(asOnPaper(() => assembled(parts(), pageStyle(root))));
    const title = (kind === "svg" && note) || false;
    return element("button", { type: "button", "aria-label": `Save as ${kind}: ${name}`, title, onclick: save }, `Save as ${kind}`);
  };
  return element(
    "span",
    { class: "tools save" },
    button("svg", (svg) => download(`${file}.svg`, textOf(svg), "image/svg+xml")),
    " ",
    button("png", (svg) => savePicture(`${file}.png`, svg)),
  );
}

/**
 * One SVG element of parts that stand below each other: {words}, {legend} (an element of the page, with `ramp` colours), or
 * {nodes, width, height}: canvases and SVG elements with their places, [{node, x, y}].
 */
function assembled(parts, style) {
  const width = Math.max(...parts.map((part) => part.width ?? 0));
  const svg = shape("svg", { width, "font-family": "system-ui, sans-serif", "font-size": 13 });
  svg.append(shape("rect", { width: "100%", height: "100%", fill: style.halo }));
  let top = 6;
  for (const part of parts) {
    if (part.words) svg.append(shape("text", { x: 8, y: top + 14, fill: style.text, "font-weight": 600 }, part.words));
    else if (part.legend) {
      const { shapes, lines } = legendShapes(part, top + 14, width, style);
      svg.append(...shapes);
      top += LINE * (lines - 1);
    } else svg.append(...part.nodes.map(({ node, x = 0, y = 0 }) => placed(node, x, top + y)));
    top += part.height ?? LINE;
  }
  svg.setAttribute("height", top + 4);
  svg.setAttribute("viewBox", `0 0 ${width} ${top + 4}`);
  return svg;
}

/** One SVG element of what `draw` draws with the pen that it gets, in the size of a canvas. */
export function traced(width, height, draw) {
  const pen = new SvgPen();
  draw(pen);
  return shape("svg", { width, height }, ...pen.nodes);
}

function placed(node, x, y) {
  if (!(node instanceof HTMLCanvasElement)) {
    const copy = node.isConnected ? standalone(node) : node;
    copy.setAttribute("x", x);
    copy.setAttribute("y", y);
    return copy;
  }
  return shape("image", { x, y, width: node.clientWidth, height: node.clientHeight, href: node.toDataURL("image/png") });
}

/** A copy of an SVG element of the page that looks the same in a file of its own. */
function standalone(svg) {
  const copy = svg.cloneNode(true);
  const [originals, copies] = [svg, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  copies.forEach((node, index) => {
    const look = getComputedStyle(originals[index]);
    for (const name of LOOKS) node.setAttribute(name, look.getPropertyValue(name));
    node.removeAttribute("class");
    node.removeAttribute("style");
  });
  return copy;
}

/** What stands in a legend of the page, from left to right, in as many lines as it takes. */
function legendShapes({ legend, ramp = [] }, first, width, style) {
  const shapes = [];
  let [x, y] = [8, first];
  const need = (room) => {
    if (x > 8 && x + room > width) [x, y] = [8, y + LINE];
  };
  for (const node of legend.querySelectorAll("span, i:not(.swatch)")) {
    if (node.matches(".ramp")) {
      need(2 * ramp.length + 80);
      shapes.push(...ramp.map((fill, index) => shape("rect", { x: x + 2 * index, y: y - 10, width: 2.2, height: 12, fill })));
      x += 2 * ramp.length + 8;
    } else if (!node.children.length || node.matches(".key")) {
      need(LETTER * node.textContent.length + (node.matches(".key") ? 24 : 0));
      if (node.matches(".key")) {
        const swatch = node.querySelector(".swatch");
        shapes.push(shape("rect", { x, y: y - 6, width: 18, height: 4, fill: swatch.style.backgroundColor || getComputedStyle(swatch).backgroundColor }));
        x += 24;
      }
      shapes.push(shape("text", { x, y, fill: style.text }, node.textContent));
      x += LETTER * node.textContent.length + 10;
    }
  }
  return { shapes, lines: 1 + Math.round((y - first) / LINE) };
}

function textOf(svg) {
  return new XMLSerializer().serializeToString(svg);
}

function savePicture(name, svg) {
  const picture = new Image();
  picture.addEventListener("load", () => {
    const canvas = element("canvas", { width: picture.width * SHARPNESS, height: picture.height * SHARPNESS });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    element("a", { href: canvas.toDataURL("image/png"), download: name }).click();
  });
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(textOf(svg))}`;
}
