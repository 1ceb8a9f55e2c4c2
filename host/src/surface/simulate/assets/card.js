// A card that is there already, drawn as the pane draws it. Nobody is asked, and what a button would
// send goes nowhere.

import { walk } from "/pane/blocks.js";
import { Board } from "/pane/board.js";
import { el } from "/pane/dom.js";
import { Format } from "/pane/format.js";
import { Header, naming } from "/pane/header.js";
import { open } from "/pane/links.js";
import { look } from "/pane/look.js";
import { Answers } from "/pane/memory.js";
import { Refused } from "/pane/session.js";
import { sheets } from "/pane/style.js";
import { Toasts } from "/pane/toast.js";

const BASE = new URL("/", import.meta.url).href;
const PRESSED = "This is a simulation: nothing was pressed. `sidepane call --action` tries a button.";

export class SimulatedCard extends HTMLElement {
  /** What is done when the card is to be asked for anew. */
  again = () => {};

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets();
    const toasts = new Toasts();
    this.header = new Header(() => this.again());
    this.tools = {
      base: () => BASE,
      format: new Format(),
      session: { post: () => Promise.reject(new Refused("request.simulated", PRESSED, 400)) },
      look: () => look(this.pane),
      say: () => {},
      toast: (what) => toasts.add(what),
      visit: (url) => open(url),
      command: () => true,
    };
    this.board = new Board(this.tools, () => this.again());
    this.pane = el("div", { class: "pane" }, this.header.node, this.board.node, toasts.node);
    this.pane.addEventListener("keydown", (event) => walk(event, this.pane));
    root.append(this.pane);
  }

  /**
   * @param {object} context who it is about, as in POST /v1/context
   * @param {object} event the answer, as `card` of POST /v1/context/stream has it
   */
  show(context, event) {
    this.tools.format = new Format(context.locale, context.time_zone);
    pressable(event.card);
    this.header.open(context);
    this.board.open(context, new Answers().open(context));
    this.board.start([{ plugin: event.plugin, title: event.title }]);
    this.board.card(event, true);
    this.board.end("");
    const { name, link } = naming(this.board.slots, true);
    this.header.show(name, link);
  }
}

/** Gives every button a token, without which the pane would not draw it. */
function pressable(value) {
  if (!value || typeof value !== "object") return;
  if (value.type === "actions") for (const action of value.actions ?? []) action.token = "simulated";
  for (const inside of Object.values(value)) pressable(inside);
}

customElements.define("simulated-card", SimulatedCard);
