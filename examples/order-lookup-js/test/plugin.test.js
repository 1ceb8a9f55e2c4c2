import assert from "node:assert/strict";
import test from "node:test";
import { action, context, FakeHost, on } from "../sidepane/testing.js";
import plugin from "../src/plugin.js";

const BASE = "http://127.0.0.1:7119/v1";
const ada = { id: "C/7", name: "Ada Lovelace", tier: "gold", since: "2019-03-12", page: "https://crm.example/C7" };
const kettle = {
  number: "88",
  date: "2026-10-30",
  state: "shipped",
  currency: "EUR",
  parcel: "SE-5",
  lines: [{ item: "Kettle", quantity: 2, cents: 1995 }],
};
const customer = () => on("GET", `${BASE}/customers?email=ada%40example.com`).bearer("api_key");
const orders = (list) => on("GET", `${BASE}/customers/C%2F7/orders`).bearer("api_key").replyJson(200, { orders: list });
const notes = () => on("GET", `${BASE}/customers/C%2F7/notes`).bearer("api_key");

test("a card has all that the CRM knows", () => {
  const note = { text: "Likes <tea>", author: "Bo", date: "2026-09-01" };
  const host = new FakeHost(plugin).setting("recent", 1);
  const exchanges = [customer().replyJson(200, ada), orders([kettle]), notes().replyJson(200, { notes: [note] })];
  const card = host.expect(...exchanges).render(context());
  const text = JSON.stringify(card);
  assert.equal(card.contactName, "Ada Lovelace");
  assert.deepEqual(card.blocks.map((block) => block.name), ["Customer", "Orders"]);
  for (const part of ["39.90 EUR", "SE-5", "Likes &lt;tea&gt;", "Refund 88"]) {
    assert.ok(text.includes(part), part);
  }
});

test("a contact that nobody knows has no card", () => {
  const host = new FakeHost(plugin).expect(customer().reply(404));
  assert.equal(host.render(context()), undefined);
  assert.equal(new FakeHost(plugin).render(context({ email: null })), undefined);
});

test("without notes there is still a card", () => {
  const host = new FakeHost(plugin);
  const card = host.expect(customer().replyJson(200, ada), orders([]), notes().reply(500)).render(context());
  assert.equal(card.blocks.length, 2);
  assert.deepEqual(host.log, [
    `warn: card has no notes: GET ${BASE}/customers/C%2F7/notes answered 500 customer=C/7`,
  ]);
});

test("a CRM that fails is an error the agent can act on", () => {
  const failing = () => new FakeHost(plugin).expect(customer().reply(500)).render(context());
  assert.throws(failing, {
    agentMessage: "The CRM does not answer. Look the customer up there, or try again soon.",
    logMessage: `GET ${BASE}/customers answered 500`,
    retryable: true,
  });
});

test("a refund is drafted", () => {
  const refund = on("POST", `${BASE}/orders/88/refund`).bearer("api_key").replyJson(200, kettle);
  const press = action("refund", "88", { reason: "late", tell_customer: "true" });
  const result = new FakeHost(plugin).expect(refund).submit(press);
  assert.equal(result.message, "Refunded 39.90 EUR.");
  assert.deepEqual(result.commands.map((command) => command.tag), ["add-tags", "insert-draft"]);
});
