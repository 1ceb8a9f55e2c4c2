// Html from a plugin. It is shown in a frame without an origin, whose policy runs one script (ours,
// frame.js) and loads nothing. The markup goes there as text through a channel of its own; what
// comes back is a height and the links that an agent pressed, and both are checked.

import { el } from "./dom.js";
import { safeUrl } from "./links.js";
import { frames, key } from "./memory.js";

const SCHEMES = new Set(["https:", "mailto:", "tel:"]);
/** Higher html scrolls inside: it should not push everything else out of sight. */
const MOST_OF_WINDOW = 0.7;
const HIGHEST = 20_000;
/** A guess before the frame has answered: signs in a line, the height of one, and what is between. */
const SIGNS_A_LINE = 40;
const LINE_PX = 19;
const GAP_PX = 7;
const LINES = /<br\b[^>]*>/i;
const BREAKS = /<(?:p|li|tr|h[1-6]|div|dt|dd|pre|blockquote|details|figcaption|caption|hr)\b[^>]*>/gi;

const live = new Set();
const YOUNG_MS = 10_000;

/**
 * A frame with html in it.
 *
 * @param {object} slot the plugin's place, which decides what a new height may move
 * @returns {{node: HTMLElement, measured: Promise<void>|null}} `measured` once its height is known, null
 *   if it is already
 */
export function html(tools, slot, element, where, title) {
  const place = key(...where);
  const frame = el("iframe", {
    sandbox: "allow-scripts",
    title,
    loading: "lazy",
    referrerpolicy: "no-referrer",
  });
  // Where html of this size stood before, its height is known; the card need not wait for the frame.
  const size = guess(element.html);
  const [sizeBefore, heightBefore] = frames.read(place) ?? [size, size];
  const sure = frames.read(place) !== undefined && sizeBefore === size;
  setHeight(frame, sure ? heightBefore : (size * heightBefore) / (sizeBefore || 1));
  let port = null;
  const measuring = new Promise((done) => {
    frame.addEventListener("load", () => {
      port?.close();
      const channel = new MessageChannel();
      port = channel.port1;
      port.onmessage = ({ data }) => {
        if (data?.type === "height" && Number.isFinite(data.height)) {
          const height = Math.min(Math.max(Math.ceil(data.height), 0), HIGHEST);
          frames.write(place, [size, height]);
          // What an agent unfolds in there may move things.
          if (data.touched === true) slot.touched();
          slot.resize(frame, height <= frame.offsetHeight, () => setHeight(frame, height));
          done();
        } else if (data?.type === "open") {
          follow(tools, data.url);
        }
      };
      const hello = { type: "sidepane:html", html: String(element.html ?? ""), look: tools.look() };
      // The frame has no origin to name, and can have gone nowhere: it runs no script but ours.
      frame.contentWindow.postMessage(hello, "*", [channel.port2]);
    });
  });
  forget();
  live.add({ frame, since: Date.now(), tell: (look) => port?.postMessage({ type: "look", look }) });
  frame.src = new URL("pane/frame", tools.base()).href;
  return { node: el("div", { class: "html" }, frame), measured: sure ? null : measuring };
}

/**
 * A frame that shows nothing. Browsers start a process for the first frame without an origin, which
 * takes longer than all else; where plugins have sent html before, that is done ahead of the cards.
 */
export function warm(tools, root) {
  if (frames.empty || root.querySelector(".warm")) return;
  const frame = el("iframe", { class: "warm", hidden: true, sandbox: "allow-scripts", "aria-hidden": "true", tabindex: -1 });
  frame.src = new URL("pane/frame", tools.base()).href;
  root.append(frame);
}

/** Tells all frames how the pane looks now. */
export function dress(look) {
  forget();
  for (const entry of live) entry.tell(look);
}

/** Drops frames that are gone; one that is only just made has yet to be put in its place. */
function forget() {
  for (const entry of live) {
    if (!entry.frame.isConnected && Date.now() - entry.since > YOUNG_MS) live.delete(entry);
  }
}

function follow(tools, address) {
  const url = safeUrl(address, SCHEMES);
  if (url && !tools.visit(url)) tools.toast({ text: "The browser blocked the tab.", url: url.href });
}

function setHeight(frame, height) {
  const most = Math.max(160, Math.round(window.innerHeight * MOST_OF_WINDOW));
  frame.style.height = `${Math.min(Math.max(Math.ceil(height), 0), most)}px`;
}

/** Rather too high than too low: room left over is calmer than words cut off. */
function guess(text) {
  let height = 0;
  for (const piece of String(text ?? "").split(BREAKS)) {
    const lengths = piece.split(LINES).map((line) => line.replace(/<[^>]*>/g, "").trim().length);
    for (const length of lengths) height += Math.ceil(length / SIGNS_A_LINE) * LINE_PX;
    if (lengths.some(Boolean)) height += GAP_PX;
  }
  return height;
}
