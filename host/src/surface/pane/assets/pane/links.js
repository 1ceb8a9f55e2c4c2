// URLs from cards. The server has checked them already; here they are checked again, because this
// is the last place before a browser follows them.

import { el, glyph } from "./dom.js";

const SCHEMES = new Set(["https:", "http:", "mailto:", "tel:"]);

// Browsers drop some of these silently, and others make an address look like a different one.
// biome-ignore lint: control characters are the point
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/**
 * The URL if it may be followed, else null.
 *
 * @param {unknown} text
 * @param {Set<string>} [schemes] those that are allowed, with their colon
 * @returns {URL|null}
 */
export function safeUrl(text, schemes = SCHEMES) {
  if (typeof text !== "string" || text.length > 2048 || HIDDEN.test(text)) return null;
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (!schemes.has(url.protocol) || url.username || url.password) return null;
  return url;
}

/** Where a URL leads, in the words that cannot lie: its host (in punycode), number or address. */
export function whither(url) {
  return url.host || decoded(url.pathname);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A link that opens a tab, or just its words if the URL may not be followed.
 *
 * @param {unknown} address
 * @param {Node|string} inside what to press
 * @param {object} [has] further attributes
 */
export function link(address, inside, has = {}) {
  const url = safeUrl(address);
  if (!url) return typeof inside === "string" ? el("bdi", { text: inside }) : inside;
  const made = el("a", {
    ...has,
    href: url.href,
    target: "_blank",
    rel: "noopener noreferrer",
    title: whither(url),
  });
  made.append(inside);
  return made;
}

/** The words of a link without words, with the arrow that says it leads away. */
export function away(address, text, has = {}) {
  const url = safeUrl(address);
  if (!url) return null;
  const made = link(address, el("bdi", { text: text || whither(url) }), has);
  made.append(glyph("out"));
  return made;
}

/**
 * Opens a tab, if the browser would let us. It does so for a while after a press only; what comes
 * later is offered as a link instead, so nothing is lost.
 *
 * @returns {boolean} whether a tab was asked for
 */
export function open(url) {
  if (navigator.userActivation && !navigator.userActivation.isActive) return false;
  window.open(url.href, "_blank", "noopener,noreferrer");
  return true;
}
