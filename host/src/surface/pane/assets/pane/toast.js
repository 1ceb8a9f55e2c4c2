// Short words that come up at the foot of the pane and go again, except while somebody reads them.

import { el, glyph, words } from "./dom.js";
import { away } from "./links.js";

const SHOWN_MS = 7000;
const MOST = 3;

export class Toasts {
  constructor() {
    this.node = el("div", { class: "toasts", role: "status" });
  }

  /**
   * @param {{text: string, from?: string, url?: string, left?: HTMLElement[]}} what `from` is the
   *   plugin whose words they are; `url` a link below them
   */
  add({ text, from, url, left = [] }) {
    if (!text) return;
    const close = el("button", { type: "button", class: "tiny", "aria-label": "Dismiss" }, glyph("close"));
    const said = el("div", { class: "said" }, from && words(from, { class: "from" }), el("p", {}, words(text)), ...left);
    if (url) said.append(away(url, null) ?? "");
    const toast = el("div", { class: "toast" }, said, close);
    let timer = 0;
    const go = () => toast.remove();
    const wait = () => {
      timer = setTimeout(go, SHOWN_MS);
    };
    const stay = () => clearTimeout(timer);
    close.addEventListener("click", go);
    for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stay);
    for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, wait);
    while (this.node.childElementCount >= MOST) this.node.firstElementChild.remove();
    this.node.append(toast);
    // What has to be done by hand stays until somebody sends it away.
    if (!left.length) wait();
    else for (const event of ["pointerleave", "focusout"]) toast.removeEventListener(event, wait);
  }
}
