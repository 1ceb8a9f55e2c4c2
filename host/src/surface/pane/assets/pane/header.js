// The head of the pane: who this is, where to read on, and whether anybody knows that it is them.

import { el, fresh, glyph, words } from "./dom.js";
import { away } from "./links.js";

const CLAIMED = "The visitor typed this; the desk has not linked it to a contact.";

export class Header {
  /** @param {() => void} reload */
  constructor(reload) {
    this.name = el("h2", { class: "who" });
    this.link = el("span", { class: "lead" });
    this.again = el("button", { type: "button", class: "tiny again", "aria-label": "Reload", title: "Reload" }, glyph("again"));
    this.again.addEventListener("click", reload);
    this.sub = el("span", { class: "about" });
    const why = fresh("why");
    this.why = el("p", { class: "why", id: why, hidden: true, text: CLAIMED });
    this.claim = el("button", {
      type: "button",
      class: "claim",
      hidden: true,
      "aria-expanded": "false",
      "aria-controls": why,
      title: CLAIMED,
      text: "Unverified",
    });
    this.claim.addEventListener("click", () => {
      this.why.hidden = !this.why.hidden;
      this.claim.setAttribute("aria-expanded", String(!this.why.hidden));
    });
    this.node = el(
      "div",
      { class: "head" },
      el("div", { class: "line" }, this.name, this.link, this.again),
      el("div", { class: "line second" }, this.sub, this.claim),
      this.why,
    );
  }

  /** Turns to a contact. */
  open(context) {
    const claims = context && (context.email || context.phone || context.external_id);
    this.claim.hidden = !claims || context.contact_linked === true;
    this.why.hidden = true;
    this.claim.setAttribute("aria-expanded", "false");
    this.node.hidden = !context;
    this.context = context;
    this.show(null, null);
  }

  /**
   * Shows the name and the link that are known by now.
   *
   * @param {string|null} name
   * @param {{url: string, text?: string}|null} to
   */
  show(name, to) {
    const context = this.context ?? {};
    const facts = [context.email, context.phone, context.external_id].filter(Boolean);
    const where = place(context);
    const who = name || context.contact_name || facts.shift() || where || "Unknown visitor";
    if (!facts.length && where && where !== who) facts.push(where);
    set(this.name, who);
    set(this.sub, facts.join(" · "));
    if (this.shownLink === to?.url) return;
    this.shownLink = to?.url;
    this.link.replaceChildren(...[to && away(to.url, to.text)].filter(Boolean));
  }

  loading(on) {
    this.again.classList.toggle("running", on);
    this.again.setAttribute("aria-disabled", String(on));
  }
}

/**
 * The first name and link in order. A later plugin's is taken only once all before it have
 * answered, so that the name does not change under an agent's eyes.
 */
export function naming(slots, complete) {
  const found = { name: null, link: null };
  for (const slot of slots) {
    if (!slot.ready && !slot.old && !complete) break;
    found.name ??= slot.card?.contact_name ?? null;
    found.link ??= slot.card?.contact_link ?? null;
  }
  return found;
}

function set(node, text) {
  if (node.textContent === text) return;
  node.replaceChildren(words(text));
  node.title = text;
}

function place(context) {
  if (context.ticket_id) return `Ticket ${context.ticket_id}`;
  if (context.call_id) return `Call ${context.call_id}`;
  if (context.conversation_id) return `Conversation ${context.conversation_id}`;
  if (context.contact_id) return `Contact ${context.contact_id}`;
  return "";
}
