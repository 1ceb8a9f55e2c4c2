// What the CRM is asked and what it answers.

import { http, log } from "../sidepane/index.js";

/** A CRM at some address. */
export class Crm {
  #base;

  constructor(url) {
    this.#base = url.replace(/\/+$/, "");
  }

  /** The customer with this address, if there is one. */
  customer(email) {
    return this.#get("customers").query("email", email).send().found()?.json();
  }

  /** A customer's orders, newest first, and what colleagues noted; without notes there is still a card. */
  ordersAndNotes(id) {
    const path = `customers/${encodeURIComponent(id)}`;
    const [orders, notes] = http.sendAll(this.#get(`${path}/orders`), this.#get(`${path}/notes`));
    return { orders: orders().json().orders, notes: noted(notes, id) };
  }

  /** Pays an order back, once for a key. Undefined where there is nothing to pay back any more. */
  refund(number, key, why) {
    const answer = http
      .post(`${this.#base}/v1/orders/${encodeURIComponent(number)}/refund`)
      .bearer("api_key")
      .header("idempotency-key", key)
      .json(why)
      .send();
    return answer.status === 409 ? undefined : answer.json();
  }

  #get(path) {
    return http.get(`${this.#base}/v1/${path}`).bearer("api_key");
  }
}

function noted(answer, customer) {
  try {
    return answer().found()?.json().notes ?? [];
  } catch (error) {
    log.warn(`card has no notes: ${error.message}`, { customer });
    return [];
  }
}

/** An amount with its currency: `39.95 EUR`. */
export const money = (cents, { currency }) => `${(cents / 100).toFixed(2)} ${currency}`;

/** What an order comes to. */
export const total = (order) => money(order.lines.reduce((sum, line) => sum + line.quantity * line.cents, 0), order);
