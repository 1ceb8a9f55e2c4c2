// <side-pane>: what all plugins know about one contact, beside whatever an agent works in.
//
//   <script type="module" src="https://sidepane.example/pane.js"></script>
//   <side-pane session="…" view="ticket" email="ada@example.com" contact-linked></side-pane>
//
// No framework and no build step: this file and those in pane/ are what the browser reads.

import { ask } from "./pane/ask.js";
import { Board } from "./pane/board.js";
import { walk } from "./pane/blocks.js";
import { ATTRIBUTES, cleaned, fromAttributes } from "./pane/context.js";
import { el } from "./pane/dom.js";
import { Format } from "./pane/format.js";
import { Header, naming } from "./pane/header.js";
import { dress, warm } from "./pane/html.js";
import { open } from "./pane/links.js";
import { look } from "./pane/look.js";
import { Answers } from "./pane/memory.js";
import { Session } from "./pane/session.js";
import { sheets } from "./pane/style.js";
import { Toasts } from "./pane/toast.js";
// What those import in turn, named here so that the browser asks for all at once and not level by
// level.
import "./pane/actions.js";
import "./pane/commands.js";
import "./pane/copy.js";
import "./pane/elements.js";
import "./pane/fields.js";
import "./pane/icon.js";
import "./pane/same.js";
import "./pane/slot.js";
import "./pane/stream.js";
import "./pane/style-card.js";
import "./pane/style-form.js";

/** Whoever walks through a list of conversations by arrow key asks about each one this long after. */
const CALM_MS = 150;
const AGES_MS = 20_000;
const HOME = new URL(".", import.meta.url).href;
const NOBODY = "Choose a conversation to see what is known of the customer.";

/**
 * The element.
 *
 * Attributes: `src` (the server's URL; where this file came from, if it is left out), `session`,
 * `theme` (`light` or `dark`; else the page's `color-scheme` decides), and the fields of a context
 * that are texts: `view`, `email`, `phone`, `external-id`, `contact-name`, `contact-linked`,
 * `ticket-id`, `contact-id`, `conversation-id`, `call-id`, `locale`, `time-zone`.
 *
 * Events, all of which leave the shadow tree: `sidepane-loaded` (`detail`: `request_id`, `cards`,
 * `errors`), `sidepane-error` (`detail`: `code`, `message`, and `plugin` if it is one plugin's), and
 * `sidepane-command` (`detail`: `command`, `plugin`; `preventDefault()` says that it was dealt with).
 *
 * Style: `--sidepane-accent`, `--sidepane-background`, `--sidepane-surface`, `--sidepane-text`,
 * `--sidepane-muted`, `--sidepane-line`, `--sidepane-danger`, `--sidepane-font`,
 * `--sidepane-font-size`, `--sidepane-radius`.
 */
export class SidePane extends HTMLElement {
  static observedAttributes = ["src", "session", "theme", ...ATTRIBUTES];

  #answers = new Answers();
  #session = new Session(() => this.base, () => this.renew && (() => this.renew()));
  #given = undefined;
  #context = null;
  #idleWords = NOBODY;
  #planned = false;
  #asking = null;
  #askedAt = 0;
  #ages = 0;
  #watches = [];
  #failed = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = sheets();
    const toasts = new Toasts();
    this.said = el("div", { class: "offstage", role: "status", "aria-live": "polite" });
    this.header = new Header(() => this.reload());
    this.tools = {
      base: () => this.base,
      format: new Format(),
      session: this.#session,
      look: () => look(this.pane),
      say: (text) => this.#say(text),
      toast: (what) => toasts.add(what),
      visit: (url) => this.#visit(url) || open(url),
      command: (command, from) => this.#command(command, from),
    };
    this.board = new Board(this.tools, (slot) => this.#again(slot));
    this.pane = el("div", { class: "pane" }, this.header.node, this.board.node, toasts.node, this.said);
    root.append(this.pane);
    this.pane.addEventListener("keydown", (event) => walk(event, this.pane));
    this.pane.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[target=_blank]");
      if (link && this.#visit(link)) event.preventDefault();
    });
    this.header.open(null);
  }

  /** The server's URL, ending in a slash. */
  get base() {
    const src = this.getAttribute("src");
    return src ? new URL(src.endsWith("/") ? src : `${src}/`, document.baseURI).href : HOME;
  }

  /** The token of the session. It may also be given as the server's answer, `{session, expires_in_s}`. */
  get session() {
    return this.#session.token;
  }

  set session(given) {
    const { session, expires_in_s } = typeof given === "object" && given ? given : { session: given };
    if (session === this.#session.token) return;
    // Another agent or account may be behind it, who may not see what this one saw.
    this.#answers.clear();
    this.#session.use(session, expires_in_s);
    this.#context = null;
    this.#plan();
  }

  /** Who is asked about, as in POST /v1/context; set, it goes before the attributes. Null is nobody. */
  get context() {
    return this.#given === undefined ? fromAttributes(this) : this.#given;
  }

  set context(given) {
    this.#given = given === undefined ? undefined : cleaned(given);
    this.#plan();
  }

  /** What is said while nobody is asked about. */
  set idle(words) {
    this.#idleWords = words;
    this.#plan();
  }

  get idle() {
    return this.#idleWords;
  }

  /**
   * What to do with a command of a plugin's answer; an embedder that can do it puts its own function
   * here.
   *
   * @param {object} _command as in the answer of POST /v1/actions
   * @param {{plugin: string, title: string, context: object}} _from whose it is, and who was asked
   *   about when its button was pressed
   * @returns {boolean|object|Promise<boolean|object>} true if it was dealt with; else false, or what
   *   is left of the command with the reason in `why`
   */
  runCommand(_command, _from) {
    return false;
  }

  /**
   * How to open a link in a tab; an embedder that has a way of its own puts a function here.
   *
   * @param {string} _url
   * @returns {boolean} true if it is being opened
   */
  openLink(_url) {
    return false;
  }

  /** Asks all plugins anew. */
  reload() {
    if (this.#context && !this.#asking?.all) this.#ask(0, true);
  }

  connectedCallback() {
    // An embedder may have set these before the element was defined.
    for (const name of ["session", "context"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    this.#watch();
    if (this.#session.token) this.#session.use(this.#session.token);
    this.#plan();
  }

  disconnectedCallback() {
    this.#asking?.stop.abort();
    this.#asking = null;
    // When it comes back, it asks again.
    this.#context = null;
    this.#session.rest();
    clearInterval(this.#ages);
    for (const end of this.#watches.splice(0)) end();
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === "session") this.session = now;
    else if (name === "theme") dress(look(this.pane));
    else this.#plan();
  }

  /** Several attributes set one after the other make one question. */
  #plan() {
    if (this.#planned || !this.isConnected) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (this.isConnected) this.#turn(this.context);
    });
  }

  /** Turns to a contact: at once with what is remembered, then with what the plugins say now. */
  #turn(context) {
    if (!context || !this.#session.token) return this.#idle(context);
    // The server wants a view; whoever does not say one has at least a contact open.
    if (!context.view) context = { view: "contact", ...context };
    if (this.#context && JSON.stringify(context) === JSON.stringify(this.#context)) return;
    this.#context = context;
    this.tools.format = new Format(context.locale, context.time_zone);
    warm(this.tools, this.pane);
    this.header.open(context);
    this.board.open(context, this.#answers.open(context));
    this.#name(false);
    const since = Date.now() - this.#askedAt;
    this.#ask(since < CALM_MS ? CALM_MS : 0);
  }

  #idle(context) {
    this.#asking?.stop.abort();
    this.#context = null;
    this.header.open(null);
    this.board.open(null, { plugins: [], cards: new Map(), opened: new Map() });
    this.board.end("");
    // Without a session there is nothing to say yet: it may be on its way.
    if (!context && this.#idleWords) this.board.tell(el("p", { text: this.#idleWords }));
  }

  async #ask(wait, anew = false) {
    this.#asking?.stop.abort();
    const stop = new AbortController();
    const asking = { stop, all: true };
    this.#asking = asking;
    this.#askedAt = Date.now();
    const { board } = this;
    let request = null;
    this.#failed = false;
    this.header.loading(true);
    board.tell(null);
    board.begin();
    let lost = null;
    try {
      if (wait) await new Promise((go) => setTimeout(go, wait));
      if (stop.signal.aborted) return;
      await ask(this.#session, this.#context, null, stop.signal, anew, {
        start: (data) => {
          request = data.request_id;
          board.start(data.plugins ?? []);
        },
        card: (event) => {
          board.card(event, false);
          this.#name(false);
        },
        end: (data) => {
          board.answer.end = data;
        },
      });
    } catch (error) {
      lost = error;
    }
    if (stop.signal.aborted) return;
    this.#asking = null;
    this.header.loading(false);
    this.#done(request, lost);
  }

  #done(request, lost) {
    const { board } = this;
    board.end(lost?.message ?? "No answer came.");
    this.#name(true);
    const { cards, bad, words } = board.outcome(lost, () => this.reload());
    this.#say(words);
    for (const slot of bad) this.#emit("sidepane-error", { ...slot.event.error, plugin: slot.plugin });
    this.#failed = Boolean(lost);
    if (lost) this.#emit("sidepane-error", { code: lost.code, message: lost.message });
    else this.#emit("sidepane-loaded", { request_id: request, cards: cards.length, errors: bad.length });
  }

  /** Asks for one plugin's card anew. */
  async #again(slot) {
    const stop = new AbortController();
    const context = this.#context;
    const put = (event) => {
      if (this.#context === context && this.board.slots.includes(slot)) this.board.card(event, true);
    };
    try {
      let came = false;
      await ask(this.#session, context, [slot.plugin], stop.signal, true, {
        start: () => {},
        card: (event) => {
          came = true;
          put(event);
        },
        end: () => {},
      });
      if (!came) slot.lost("No answer came.");
    } catch (error) {
      slot.lost(error.message);
    }
    this.#name(true);
    this.#say(slot.event?.error?.message ?? `${slot.title} loaded`);
  }

  #name(complete) {
    const { name, link } = naming(this.board.slots, complete);
    const end = complete ? this.board.answer?.end : null;
    this.header.show(name ?? end?.contact_name ?? null, link ?? end?.contact_link ?? null);
  }

  async #command(command, from) {
    const who = { plugin: from.plugin, title: from.title, context: from.context() };
    try {
      const done = await this.runCommand(command, who);
      if (done === true || done?.type) return done;
    } catch (error) {
      console.error("sidepane: runCommand failed", error);
    }
    return !this.#emit("sidepane-command", { command, plugin: from.plugin }, true);
  }

  #visit({ href }) {
    try {
      return this.openLink(href) === true;
    } catch (error) {
      console.error("sidepane: openLink failed", error);
      return false;
    }
  }

  #emit(name, detail, cancelable = false) {
    return this.dispatchEvent(new CustomEvent(name, { detail, cancelable, bubbles: true, composed: true }));
  }

  #say(text) {
    // The same words twice are news too, but only to those who hear them change.
    this.said.textContent = this.said.textContent === text ? `${text}\u00a0` : text;
  }

  #watch() {
    const on = (target, name, call, how) => {
      target.addEventListener(name, call, how);
      this.#watches.push(() => target.removeEventListener(name, call, how));
    };
    on(matchMedia("(prefers-color-scheme: dark)"), "change", () => dress(look(this.pane)));
    on(document, "visibilitychange", () => this.#session.wake());
    on(window, "online", () => this.#failed && this.reload());
    let drawn = false;
    const scrolled = () => {
      if (drawn) return;
      drawn = true;
      requestAnimationFrame(() => {
        drawn = false;
        this.board.scrolled();
      });
    };
    // Captured: whatever it is that scrolls, in this page or around it.
    on(document, "scroll", scrolled, { capture: true, passive: true });
    let width = 0;
    const size = new ResizeObserver(([entry]) => {
      const now = Math.round(entry.contentRect.width);
      if (width && now !== width) this.board.refresh(true);
      width = now;
    });
    size.observe(this.pane);
    this.#watches.push(() => size.disconnect());
    this.#ages = setInterval(() => this.board.refresh(false), AGES_MS);
  }
}

/**
 * How to renew the session, for embedders that make sessions of their own; without it the pane asks
 * the server.
 * @type {null|(() => Promise<string|{session: string, expires_in_s?: number}>)}
 */
SidePane.prototype.renew = null;

if (!customElements.get("side-pane")) customElements.define("side-pane", SidePane);
