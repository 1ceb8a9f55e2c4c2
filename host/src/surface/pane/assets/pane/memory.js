// What is remembered. Cards stay in this page's memory only. What an agent folded and how high a
// card was last time goes to the browser's storage, where names of plugins and blocks may stand but
// nothing about a customer.

const KEPT = 50;
const NOTED = 400;

/** The last answers, by what was asked about; the oldest goes when there are too many. */
export class Answers {
  #kept = new Map();

  /** @returns {Answer|undefined} */
  find(context) {
    const key = contactKey(context);
    const found = this.#kept.get(key);
    if (found) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found;
  }

  /** The answer of this context, made if there is none yet. */
  open(context) {
    const found = this.find(context);
    if (found) return found;
    const made = { plugins: [], cards: new Map(), end: null, opened: new Map() };
    this.#kept.set(contactKey(context), made);
    if (this.#kept.size > KEPT) this.#kept.delete(this.#kept.keys().next().value);
    return made;
  }

  clear() {
    this.#kept.clear();
  }
}

/**
 * @typedef {object} Answer
 * @property {{plugin: string, title: string}[]} plugins
 * @property {Map<string, {event: object, at: number}>} cards the last card of each plugin
 * @property {object|null} end
 * @property {Map<string, boolean>} opened which accordions the agent opened or shut
 */

/** Who reads and how does not change who is asked about. */
function contactKey(context) {
  const { agent, locale, time_zone, ...about } = context;
  return JSON.stringify(sorted(about));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const names = Object.keys(value).filter((name) => value[name] !== null && value[name] !== undefined);
  return Object.fromEntries(names.sort().map((name) => [name, sorted(value[name])]));
}

/** Small notes in the browser's storage; where that is shut, in memory. */
class Notes {
  #name;
  #notes = null;

  constructor(name) {
    this.#name = `sidepane:${name}`;
  }

  get empty() {
    return this.#all().size === 0;
  }

  read(key) {
    return this.#all().get(key);
  }

  write(key, value) {
    const all = this.#all();
    if (JSON.stringify(all.get(key)) === JSON.stringify(value)) return;
    all.delete(key);
    if (value !== undefined) all.set(key, value);
    if (all.size > NOTED) all.delete(all.keys().next().value);
    try {
      localStorage.setItem(this.#name, JSON.stringify([...all]));
    } catch {
      // Blocked or full: the notes then last as long as the page.
    }
  }

  #all() {
    if (this.#notes) return this.#notes;
    this.#notes = new Map();
    try {
      const stored = JSON.parse(localStorage.getItem(this.#name) ?? "[]");
      if (Array.isArray(stored)) this.#notes = new Map(stored.filter((it) => it?.length === 2));
    } catch {
      // As above, or somebody else wrote there.
    }
    return this.#notes;
  }
}

/** `true` for each block that the agent folded, by plugin and name of the block. */
export const folded = new Notes("folded");

/** How high a card was last time, in CSS pixels, by view and plugin. */
export const heights = new Notes("heights");

/** How long and how high a piece of html was last time, by plugin, block and place. */
export const frames = new Notes("frames");

/** A key of several names that cannot be mistaken for other names. */
export function key(...names) {
  return JSON.stringify(names);
}
