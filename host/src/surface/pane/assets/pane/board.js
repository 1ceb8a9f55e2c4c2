// All plugins' places, in the operator's order, and the rules by which they come into sight:
// a card is shown once all before it are; after a while those that are ready no longer wait, and
// the late ones get a quiet place instead. Nothing that is in sight moves by itself.

import { el } from "./dom.js";
import { heights, key } from "./memory.js";
import { Slot } from "./slot.js";

/** So long the first cards wait for each other. */
const PATIENCE_MS = 300;
/** A place that is kept free is at most so high, however high its card was. */
const MOST_KEPT_PX = 720;

const NOTHING = "Nothing known about this customer.";
const NOBODY = "No plugin has anything for this view.";

export class Board {
  /** What was asked about, and what is remembered of it. */
  context = null;
  answer = null;
  #slots = [];
  #impatient = true;
  #timer = 0;

  /**
   * @param {object} tools
   * @param {(slot: Slot) => void} again asks for one plugin's card anew
   */
  constructor(tools, again) {
    this.tools = tools;
    this.again = again;
    this.list = el("div", { class: "slots" });
    this.notice = el("div", { class: "notice", hidden: true });
    this.node = el("div", { class: "board" }, ghost(), this.list, this.notice);
  }

  get slots() {
    return this.#slots;
  }

  /** Turns to a contact, with what is remembered of it. */
  open(context, answer) {
    this.context = context;
    this.answer = answer;
    this.#slots = [];
    this.list.replaceChildren();
    this.tell(null);
    for (const { plugin, title } of answer.plugins) {
      const kept = answer.cards.get(plugin);
      const slot = this.#add(plugin, title);
      if (kept?.event.card?.blocks?.length) {
        slot.put(kept.event, kept.at, { old: true });
        slot.show();
      }
    }
  }

  /** A question is on its way. */
  begin() {
    this.node.classList.add("loading");
    this.node.setAttribute("aria-busy", "true");
    for (const slot of this.#slots) {
      Object.assign(slot, { arrived: false, ready: false });
      slot.updating = slot.shown;
      slot.say();
    }
    this.#impatient = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#impatient = true;
      this.reveal();
    }, PATIENCE_MS);
  }

  /** The server says which plugins there are. */
  start(plugins) {
    this.answer.plugins = plugins;
    const before = new Map(this.#slots.map((slot) => [slot.plugin, slot]));
    this.#slots = [];
    for (const { plugin, title } of plugins) {
      const slot = before.get(plugin);
      before.delete(plugin);
      if (slot) this.#slots.push(slot);
      else this.#add(plugin, title);
    }
    for (const slot of before.values()) slot.node.remove();
    this.#order();
  }

  /** A card came. */
  card(event, own) {
    this.store(event);
    const slot = this.#slots.find((it) => it.plugin === event.plugin) ?? this.#add(event.plugin, event.title);
    try {
      slot.put(event, Date.now() - (event.age_ms ?? 0), { own });
    } catch (error) {
      // A card in a form that nobody foresaw costs itself and no other.
      console.error(`sidepane: the card of ${slot.plugin} cannot be shown`, error);
      slot.lost(`${slot.title} cannot be shown.`);
    }
  }

  /** Keeps a card for the next time that this contact is looked at. */
  store(event, answer = this.answer) {
    const usable = event.status === "ok" || event.status === "stale" || event.status === "empty";
    if (usable) answer.cards.set(event.plugin, { event, at: Date.now() - (event.age_ms ?? 0) });
  }

  /** A place became ready, at once or once its frames were measured. */
  settled() {
    this.reveal();
    if (!this.node.classList.contains("loading")) this.#note();
  }

  /** That was all; `lost` is what to say of plugins that have not answered. */
  end(lost) {
    this.node.classList.remove("loading");
    this.node.removeAttribute("aria-busy");
    for (const slot of this.#slots) if (!slot.arrived) slot.lost(lost);
    this.reveal();
    this.#note();
  }

  /**
   * What came of a question, shown where there are no cards to show it.
   *
   * @param {Error|null} lost what the question itself ended with: that is not "nothing known"
   * @param {() => void} again
   * @returns {{cards: Slot[], bad: Slot[], words: string}} the words are for screen readers
   */
  outcome(lost, again) {
    const cards = this.#slots.filter((slot) => slot.card?.blocks?.length);
    const bad = this.#slots.filter((slot) => slot.failed);
    if (lost && !this.#slots.length) {
      this.tell(refusal(lost, again));
      return { cards, bad, words: `Could not load. ${lost.message}` };
    }
    if (!cards.length && !bad.length) {
      const words = this.#slots.length ? NOTHING : NOBODY;
      this.tell(el("p", { text: words }));
      return { cards, bad, words };
    }
    const count = `${cards.length} ${cards.length === 1 ? "card" : "cards"} loaded`;
    const errors = bad.map((slot) => slot.event.error?.message ?? `${slot.title} is busy.`);
    return { cards, bad, words: [count, ...errors].join(". ") };
  }

  /** Shows what may be shown by now. */
  reveal() {
    const slots = this.#slots;
    const last = slots.findLastIndex((slot) => slot.ready && !slot.blank);
    for (let at = 0; at < slots.length; at += 1) {
      const slot = slots[at];
      if (slot.shown) continue;
      if (slot.ready) {
        if (!slot.blank) this.#admit(slot, at);
      } else if (!this.#impatient) {
        return;
      } else if (at < last) {
        slot.hold(Math.min(heights.read(this.#heightKey(slot)) ?? 0, MOST_KEPT_PX));
      }
    }
  }

  /**
   * A plugin that had nothing before can have a card when a contact is asked about again. In between
   * the others it would push them down, so for this time it stands after them.
   */
  #admit(slot, at) {
    if (this.#slots.slice(at + 1).some((it) => it.shown)) slot.node.style.order = "1";
    slot.show();
  }

  /** Whether something below this place is in sight. */
  below(slot) {
    const end = slot.node.getBoundingClientRect().bottom - 1;
    return this.#slots.some((it) => {
      if (!it.shown || it === slot) return false;
      const { top } = it.node.getBoundingClientRect();
      return top >= end && top < window.innerHeight;
    });
  }

  /** Says something in place of cards, or with null nothing. */
  tell(node) {
    this.notice.replaceChildren(...(node ? [node] : []));
    this.notice.hidden = !node;
  }

  /** Ages are told anew, and after a change of width all heights are as they come. */
  refresh(resized) {
    for (const slot of this.#slots) {
      if (slot.old || slot.event?.status === "stale") slot.say();
      if (resized) slot.touched();
    }
  }

  /** What was cut because of something below it need not be once that is out of sight. */
  scrolled() {
    for (const slot of this.#slots) if (slot.cut && !this.below(slot)) slot.free();
  }

  #add(plugin, title) {
    const slot = new Slot(this.tools, this, plugin, title);
    slot.opened = this.#opened(plugin);
    this.#slots.push(slot);
    this.list.append(slot.node);
    return slot;
  }

  /** Which folds stood open is kept with the contact, for as long as the contact is. */
  #opened(plugin) {
    const { opened } = this.answer;
    if (!opened.has(plugin)) opened.set(plugin, new Map());
    return opened.get(plugin);
  }

  #order() {
    // Moving an element loads its frames anew, so only what stands wrong is moved.
    let place = this.list.firstElementChild;
    for (const { node } of this.#slots) {
      if (node === place) place = place.nextElementSibling;
      else this.list.insertBefore(node, place);
    }
  }

  #note() {
    for (const slot of this.#slots) {
      if (slot.ready) heights.write(this.#heightKey(slot), slot.blank ? undefined : slot.height);
    }
  }

  #heightKey(slot) {
    return key(this.context?.view ?? "", slot.plugin);
  }
}

/** In place of all cards, with another try if one can help. */
function refusal(error, again) {
  const button = el("button", { type: "button", class: "button plain", text: "Retry", click: again });
  const over = error.status === 401;
  return el("div", {}, el("h3", { text: "Could not load" }), el("p", { text: error.message }), !over && button);
}

/** The backdrop of a pane that is loading: cards cover it as they come, so it takes up no room. */
function ghost() {
  const layer = el("div", { class: "ghost", "aria-hidden": "true" });
  for (const rows of [3, 4, 2]) {
    const card = el("div", { class: "card" });
    for (let row = 0; row < rows; row += 1) card.append(el("i", {}));
    layer.append(el("b", {}), card);
  }
  return layer;
}
