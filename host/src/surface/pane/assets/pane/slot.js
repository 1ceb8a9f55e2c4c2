// One plugin's place in the pane: a bar with its title, which is ours and not the plugin's to
// change, and below it the card. A place that has something below it in sight keeps its height when
// a new card comes by itself, so that nothing an agent reads moves away.

import { blocks } from "./blocks.js";
import { copyButton } from "./copy.js";
import { el, fresh, words } from "./dom.js";
import { same, takeTokens } from "./same.js";

/** So long a card waits for the heights of its frames before it is shown with guessed ones. */
const FRAMES_MS = 160;
/** A place lower than this has no room for a button at its foot. */
const LOW_PX = 56;
/** The last of a card that is cut fades out. */
const FADE_PX = 48;

const SAYS = { error: "Could not load", busy: "Busy right now" };

export class Slot {
  /** Which folds the agent opened or shut, kept with the contact. */
  opened = new Map();
  /** The last event of the server about this plugin. */
  event = null;
  /** When it came, and whether it is from an earlier question. */
  at = 0;
  old = false;
  updating = false;
  /** Whether it has answered, and whether the answer can be shown: frames are measured before. */
  arrived = false;
  ready = false;
  shown = false;

  /** What is shown, and what is being made ready to take its place. */
  #card = null;
  #inner = el("div", { class: "inner" });
  #coming = null;
  /** The rows of buttons, by where they stand. */
  #groups = new Map();
  /** What waits until a form is left, and who waits for a card. */
  #later = null;
  #awaited = [];
  /** Whether the agent did something to this card: what comes of that may move things. */
  #touched = false;
  #restoring = false;

  constructor(tools, board, plugin, title) {
    Object.assign(this, { tools, board, plugin, title: title || plugin });
    // An answer to a press may come when the pane has turned to somebody else.
    Object.assign(this, { asked: board.context, home: board.answer });
    const id = fresh("plugin");
    this.heading = el("h3", { class: "title", id, tabindex: -1 }, words(this.title));
    this.mark = el("span", { class: "mark" });
    this.retry = el("button", { type: "button", class: "link", hidden: true, text: "Retry" });
    this.retry.setAttribute("aria-label", `Retry ${this.title}`);
    this.retry.addEventListener("click", () => this.reload());
    this.more = el("button", { type: "button", class: "link more", hidden: true, text: "Show all" });
    this.more.setAttribute("aria-label", `Show all of ${this.title}`);
    this.more.addEventListener("click", () => this.#expand());
    const bar = el("div", { class: "bar" }, this.heading, this.mark, this.retry, this.more);
    this.body = el("div", { class: "body" }, this.#inner);
    this.body.addEventListener("focusin", (event) => this.#reached(event.target));
    this.node = el("section", { class: "plugin apart", "aria-labelledby": id, "data-plugin": plugin }, bar, this.body);
  }

  /** Whether there is anything to see: neither a card without blocks nor an unknown contact is. */
  get blank() {
    return !this.event?.error && !failed(this.event) && !this.#card?.blocks?.length;
  }

  get failed() {
    return failed(this.event);
  }

  get card() {
    return this.#card;
  }

  /** The height of its card, uncut. */
  get height() {
    return this.#inner.offsetHeight;
  }

  /** What it was asked about. */
  context() {
    return this.asked;
  }

  /** Takes in a new card. `own` is one that the agent asked for here: it may change the height. */
  put(event, at, { old = false, own = false } = {}) {
    const keeps = failed(event) && this.#card?.blocks?.length && !own;
    Object.assign(this, { event, old, updating: old, at: keeps ? this.at : at });
    this.#later = null;
    this.arrived = true;
    if (this.#held() && !own) {
      // Somebody is filling in a form; nothing is taken from under their hands.
      if (!same(this.#card, event.card)) this.#later = () => this.put(event, at);
      else takeTokens(this.#card, event.card);
      this.#ready();
      return;
    }
    if (keeps || (same(this.#card, event.card) && !failed(event) && this.#inner.childNodes.length)) {
      if (!keeps) takeTokens(this.#card, event.card);
      this.#ready();
      return;
    }
    this.#build(event, own);
  }

  #build(event, own) {
    const next = el("div", { class: "inner coming" });
    const groups = this.#groups;
    this.#groups = new Map();
    let measured = [];
    if (failed(event)) next.append(...this.#excuse(event.error));
    else if (event.card) {
      const made = blocks(this.tools, this, event.card);
      next.append(made.node);
      measured = made.measured;
    }
    this.#card = event.card ?? null;
    this.#coming?.remove();
    this.#coming = next;
    this.body.append(next);
    // What came of the last press stays in sight with the buttons it belongs to.
    for (const [place, group] of groups) {
      const heir = this.#groups.get(place);
      if (!heir || !group.note.childNodes.length) continue;
      heir.note.append(...group.note.childNodes);
      heir.note.className = group.note.className;
    }
    const swap = () => this.#coming === next && this.#swap(next, own);
    if (measured.length && !this.old) {
      Promise.race([Promise.all(measured), new Promise((go) => setTimeout(go, FRAMES_MS))]).then(swap);
    } else swap();
  }

  #swap(next, own) {
    const before = own ? null : this.#pinned();
    this.#touched = own;
    const focus = this.#focusKey();
    this.#coming = null;
    this.#inner.remove();
    this.#inner = next;
    next.classList.remove("coming");
    this.#settle(before);
    this.#refocus(focus);
    this.#ready();
  }

  #ready() {
    this.ready = true;
    this.node.classList.remove("waiting");
    this.say();
    for (const done of this.#awaited.splice(0)) done();
    this.board.settled();
  }

  /** Puts it where it belongs, in sight. */
  show() {
    if (this.shown) return;
    this.shown = true;
    this.node.classList.remove("apart");
  }

  /** A quiet place of this height for a card that is late. */
  hold(height) {
    this.node.classList.add("waiting");
    this.body.style.height = `${height}px`;
    this.say();
    this.show();
  }

  #settle(before) {
    this.free();
    if (before === null) {
      if (this.blank && this.shown) this.#leave();
      return;
    }
    const now = this.body.offsetHeight;
    if (now > before + 1) {
      this.body.style.height = `${before}px`;
      this.node.classList.add("cut");
      this.node.classList.toggle("low", before < LOW_PX);
      this.more.hidden = false;
    } else if (now < before - 1) {
      this.body.style.minHeight = `${before}px`;
    }
  }

  #leave() {
    this.shown = false;
    this.node.classList.add("apart");
  }

  /**
   * A part of the card wants another height. If that moved anything in sight it gets none that is
   * lower, for room left over is calmer than a jump; and for a higher one what is below stays.
   */
  resize(part, lower, change) {
    const free = this.#touched || !this.shown || !this.#inner.contains(part);
    if (lower && !free) return;
    const before = free ? null : this.#pinned();
    change();
    if (before !== null) this.#settle(before);
  }

  /** Its height, if something below it is in sight, which a change would move; else null. */
  #pinned() {
    return this.shown && this.board.below(this) ? this.body.offsetHeight : null;
  }

  /** Whether part of the card is hidden, so that what is below did not have to move. */
  get cut() {
    return this.node.classList.contains("cut");
  }

  /** Lets it be as high as it is. */
  free() {
    this.body.style.height = "";
    this.body.style.minHeight = "";
    this.node.classList.remove("cut", "low");
    this.more.hidden = true;
  }

  /** The focus came to a part that is cut off: what has the focus has to be seen. */
  #reached(part) {
    if (this.#restoring || !this.cut) return;
    const hidden = part.getBoundingClientRect().bottom > this.body.getBoundingClientRect().bottom - FADE_PX;
    if (hidden) this.touched();
  }

  #expand() {
    this.touched();
    this.heading.focus({ preventScroll: true });
  }

  /** The agent did something here, so it may move. */
  touched() {
    this.#touched = true;
    if (!this.node.classList.contains("waiting")) this.free();
  }

  /** Says at the bar how things stand. */
  say() {
    const { event, mark } = this;
    const bad = failed(event);
    const stale = this.old || event?.status === "stale" || (bad && this.#card?.blocks?.length);
    const parts = [];
    if (stale) parts.push(`From ${this.tools.format.ago(Date.now() - this.at)}`);
    if (this.updating) parts.push("updating");
    else if (bad) parts.push(stale ? "could not update" : (SAYS[event.status] ?? SAYS.error));
    else if (event && this.blank && this.shown) parts.push("Nothing known");
    mark.textContent = parts.join(" · ");
    mark.classList.toggle("bad", bad && !this.updating);
    mark.title = bad ? (event.error?.message ?? "") : "";
    this.node.classList.toggle("old", Boolean(stale));
    this.retry.hidden = !bad || this.updating;
  }

  /** The question came to an end without a word about this plugin. */
  lost(message) {
    this.put({ plugin: this.plugin, title: this.title, status: "error", card: null, error: { message } }, this.at);
  }

  /** Asks for this card anew. Resolves once it is there. */
  reload() {
    if (!this.node.isConnected) return Promise.resolve();
    this.updating = true;
    this.say();
    return new Promise((done) => {
      this.#awaited.push(done);
      this.board.again(this);
    });
  }

  /** The card that came with the answer to a press. */
  answered(event) {
    this.board.store(event, this.home);
    this.put(event, Date.now() - (event.age_ms ?? 0), { own: true });
  }

  adopt(place, group) {
    this.#groups.set(place, group);
  }

  /** The row of buttons that stands at a place now. */
  heir(place) {
    return this.#groups.get(place);
  }

  /** A form was left; what had to wait for that is shown. */
  released() {
    const later = this.#later;
    if (later && !this.#held()) {
      this.#later = null;
      // After the press that closed it has run to its end.
      setTimeout(later);
    }
  }

  #held() {
    return [...this.#groups.values()].some((group) => group.panel || group.running);
  }

  #excuse(error) {
    const text = error?.message || `${this.title} could not be loaded.`;
    const made = [el("p", { class: "excuse" }, words(text))];
    if (error?.hint) {
      const hint = String(error.hint);
      made.push(
        el(
          "details",
          { class: "hint" },
          el("summary", { text: "What would help" }),
          el("pre", { text: hint, tabindex: 0 }),
          copyButton(this.tools, () => hint, "what would help", "Copy"),
        ),
      );
    }
    return made;
  }

  #focusKey() {
    const active = this.node.getRootNode().activeElement;
    if (!active || !this.body.contains(active)) return null;
    return active.closest("[data-key]")?.dataset.key ?? "";
  }

  #refocus(focus) {
    if (focus === null) return;
    const again = [...this.body.querySelectorAll("[data-key]")].find((it) => it.dataset.key === focus);
    this.#restoring = true;
    (again ?? this.heading).focus({ preventScroll: true });
    this.#restoring = false;
  }
}

function failed(event) {
  return event?.status === "error" || event?.status === "busy";
}
