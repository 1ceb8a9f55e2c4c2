// Making elements. Data only ever becomes text nodes and attributes here, never markup, so a text
// from a plugin cannot turn into an element.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 *
 * @param {string} tag its name
 * @param {object} [has] attributes; `class` and `text` mean what they say, a function is a listener
 *   for the event of that name, `true` an attribute without a value, and null, undefined and false
 *   leave the attribute out
 * @param {...(Node|string|null|undefined|false)} inside what stands in it
 * @returns {HTMLElement}
 */
export function el(tag, has = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(has)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const piece of inside) if (piece) made.append(piece);
  return made;
}

/** A text from outside. It keeps its own direction without turning that of its surroundings. */
export function words(text, has = {}) {
  return el("bdi", { ...has, text });
}

/** Our own few pictures (Material Symbols, see icons.md); they belong to buttons that have names. */
const GLYPHS = {
  fold: "M480-344 240-584l43-43 197 197 197-197 43 43-240 240Z",
  copy: "M300-200q-24 0-42-18t-18-42v-560q0-24 18-42t42-18h440q24 0 42 18t18 42v560q0 24-18 42t-42 18H300Zm0-60h440v-560H300v560ZM180-80q-24 0-42-18t-18-42v-620h60v620h500v60H180Zm120-180v-560 560Z",
  check: "M378-246 154-470l43-43 181 181 384-384 43 43-427 427Z",
  out: "M180-120q-24 0-42-18t-18-42v-600q0-24 18-42t42-18h279v60H180v600h600v-279h60v279q0 24-18 42t-42 18H180Zm202-219-42-43 398-398H519v-60h321v321h-60v-218L382-339Z",
  again:
    "M480-160q-133 0-226.5-93.5T160-480q0-133 93.5-226.5T480-800q85 0 149 34.5T740-671v-129h60v254H546v-60h168q-38-60-97-97t-137-37q-109 0-184.5 75.5T220-480q0 109 75.5 184.5T480-220q83 0 152-47.5T728-393h62q-29 105-115 169t-195 64Z",
  close: "m249-207-42-42 231-231-231-231 42-42 231 231 231-231 42 42-231 231 231 231-42 42-231-231-231 231Z",
};

/** One of our own pictures, hidden from screen readers. */
export function glyph(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 -960 960 960");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `glyph is-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", GLYPHS[name]);
  svg.append(path);
  return svg;
}

let last = 0;

/** An id that nothing else in the pane has, for the attributes that tie elements together. */
export function fresh(stem) {
  last += 1;
  return `${stem}-${last}`;
}

/** Once the browser has laid out what is there now. */
export function laidOut() {
  return new Promise((done) => {
    // A hidden tab draws nothing, and nobody should wait for it.
    if (document.visibilityState === "hidden") setTimeout(done);
    else requestAnimationFrame(() => done());
  });
}
