// The picture before a block's heading. Its name comes from a plugin, so the picture may not exist;
// then there is none, and no gap either.

import { el } from "./dom.js";

const NAME = /^[a-z0-9_]{1,64}$/;
const known = new Map();

/** A picture in the colour of the text, or null. */
export function icon(tools, name) {
  if (typeof name !== "string" || !NAME.test(name)) return null;
  const url = new URL(`pane/icons/${name}.svg`, tools.base()).href;
  if (known.get(url) === false) return null;
  const made = el("span", { class: "icon", "aria-hidden": "true" });
  made.style.setProperty("--picture", `url("${url}")`);
  // The place is kept while the answer is out, so that the heading does not move when it comes.
  if (!known.has(url)) {
    exists(url).then((there) => {
      known.set(url, there);
      if (!there) made.remove();
    });
  }
  return made;
}

function exists(url) {
  return new Promise((done) => {
    const image = new Image();
    // Masks are fetched this way too, so that both are one request.
    image.crossOrigin = "anonymous";
    image.onload = () => done(true);
    image.onerror = () => done(false);
    image.src = url;
  });
}
