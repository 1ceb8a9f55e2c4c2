// What the CRM is asked and what it answers.

import { http, log, type Response } from "../sidepane/index.js";

export interface Customer {
  id: string;
  name: string;
  tier: string;
  since: string;
  page: string;
}

export interface Order {
  number: string;
  date: string;
  state: string;
  currency: string;
  parcel: string | null;
  /** Each with what one piece costs. */
  lines: { item: string; quantity: number; cents: number }[];
}

export interface Note {
  text: string;
  author: string;
  date: string;
}

/** A CRM at some address. */
export class Crm {
  #base: string;

  constructor(url: string) {
    this.#base = url.replace(/\/+$/, "");
  }

  /** The customer with this address, if there is one. */
  customer(email: string): Customer | undefined {
    return this.#get("customers").query("email", email).send().found()?.json();
  }

  /** A customer's orders, newest first, and what colleagues noted; without notes there is still a card. */
  ordersAndNotes(id: string): { orders: Order[]; notes: Note[] } {
    const path = `customers/${encodeURIComponent(id)}`;
    const [orders, notes] = http.sendAll(this.#get(`${path}/orders`), this.#get(`${path}/notes`));
    return { orders: orders!().json().orders, notes: noted(notes!, id) };
  }

  /** Pays an order back, once for a key. Undefined where there is nothing to pay back any more. */
  refund(number: string, key: string, why: object): Order | undefined {
    const answer = http
      .post(`${this.#base}/v1/orders/${encodeURIComponent(number)}/refund`)
      .bearer("api_key")
      .header("idempotency-key", key)
      .json(why)
      .send();
    return answer.status === 409 ? undefined : answer.json();
  }

  #get(path: string) {
    return http.get(`${this.#base}/v1/${path}`).bearer("api_key");
  }
}

function noted(answer: () => Response, customer: string): Note[] {
  try {
    return answer().found()?.json().notes ?? [];
  } catch (error) {
    log.warn(`card has no notes: ${(error as Error).message}`, { customer });
    return [];
  }
}

/** An amount with its currency: `39.95 EUR`. */
export const money = (cents: number, { currency }: Order) => `${(cents / 100).toFixed(2)} ${currency}`;

/** What an order comes to. */
export const total = (order: Order) => money(order.lines.reduce((sum, line) => sum + line.quantity * line.cents, 0), order);
