// The payload as text, with the numbers of its lines, and the place of what is wrong with it.

import { el } from "/pane/dom.js";

const LINE_PX = 18;

export class Editor {
  #lines = 0;
  #wrong = 0;

  /**
   * @param {HTMLElement} node
   * @param {() => void} changed
   */
  constructor(node, changed) {
    this.gutter = node.querySelector(".gutter");
    this.area = node.querySelector("textarea");
    this.area.addEventListener("input", () => {
      this.#number();
      changed();
    });
    this.area.addEventListener("scroll", () => this.#follow());
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    if (text === this.area.value) return;
    this.area.value = text;
    this.area.scrollTo(0, 0);
    this.mark(null);
    this.#number();
  }

  /** Marks a line, in sight; with null none. */
  mark(place) {
    this.gutter.children[this.#wrong - 1]?.classList.remove("wrong");
    this.#wrong = place?.line ?? 0;
    this.#number();
    this.gutter.children[this.#wrong - 1]?.classList.add("wrong");
    if (place) this.#show(place.line);
  }

  /** Puts the cursor to a place, in sight. */
  go({ line, column }) {
    const before = this.text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = this.text.indexOf("\n", before);
    const at = Math.min(before + column - 1, end < 0 ? this.text.length : end);
    this.area.focus();
    this.area.setSelectionRange(at, at);
    this.#show(line);
  }

  #show(line) {
    const top = (line - 1) * LINE_PX;
    const { scrollTop, clientHeight } = this.area;
    const seen = top >= scrollTop && top + 3 * LINE_PX <= scrollTop + clientHeight;
    if (!seen) this.area.scrollTop = Math.max(0, top - 6 * LINE_PX);
    this.#follow();
  }

  #number() {
    const lines = this.text.split("\n").length;
    if (lines !== this.#lines) {
      this.#lines = lines;
      const numbers = Array.from({ length: lines }, (_, at) => el("span", { text: at + 1 }));
      this.gutter.replaceChildren(...numbers);
      this.gutter.children[this.#wrong - 1]?.classList.add("wrong");
    }
    this.#follow();
  }

  #follow() {
    this.gutter.scrollTop = this.area.scrollTop;
  }
}
