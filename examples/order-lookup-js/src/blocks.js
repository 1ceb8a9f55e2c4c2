// What the card shows of it.

import { accordion, actions, block, button, field, html, list, table } from "../sidepane/index.js";
import { money, total } from "./crm.js";

/** Who it is, and what colleagues noted. */
export function customerBlock(context, customer, notes) {
  return block(
    "Customer",
    "person",
    list(
      ["Customer", customer.id, customer.page],
      !context.contactLinked && ["Identity", "not proven: the visitor gave the address"],
      ["Tier", customer.tier],
      ["Since", customer.since],
    ),
    notes.length > 0 &&
      html`${notes.map((note) => html`<p>${note.text}<br><small>${note.author}, ${note.date}</small></p>`)}`,
  );
}

/** All orders in a table, and the newest ones in detail. */
export function ordersBlock(orders, recent) {
  if (orders.length === 0) {
    return block("Orders", "receipt_long", list(["Orders", "none yet"]));
  }
  const refunds = orders.filter((order) => order.state === "shipped").slice(0, 16);
  return block(
    "Orders",
    "receipt_long",
    table(
      ["Order", "Date", "State", "Total"],
      orders.map((order) => [order.number, order.date, order.state, total(order)]),
    ),
    ...orders.slice(0, recent).map(details),
    refunds.length > 0 && actions(...refunds.map(refund)),
  );
}

function details(order) {
  return accordion(
    `Order ${order.number}`,
    list(["State", order.state], ["Parcel", order.parcel]),
    table(
      ["Item", "Quantity", "Price"],
      order.lines.map((line) => [line.item, line.quantity, money(line.cents, order)]),
    ),
  );
}

// Asks before it acts: what was paid back does not come again.
function refund(order) {
  return button("refund", `Refund ${order.number}`, {
    style: "danger",
    value: order.number,
    confirm: { title: `Refund ${total(order)}?`, button: "Refund" },
    fields: [
      field.select(
        "reason",
        "Reason",
        [
          ["late", "It came late"],
          ["damaged", "It came damaged"],
          ["wrong", "It is not what was ordered"],
          ["goodwill", "Goodwill"],
        ],
        { required: true },
      ),
      field.text("note", "Note for colleagues"),
      field.checkbox("tell_customer", "Tell the customer", { value: true }),
    ],
  });
}
