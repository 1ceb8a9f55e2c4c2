import assert from "node:assert/strict";
import test from "node:test";
import {
  // @action
  action,
  // @end
  // @card
  context,
  // @end
  // @event
  event,
  // @end
  FakeHost,
} from "../sidepane/testing.js";
import plugin from "../src/plugin";
// @card

test("a contact has a card", () => {
  const card = new FakeHost(plugin).render(context({ email: "ada@example.com" }));
  assert.equal(card?.blocks[0]?.name, "{{title}}");
  assert.deepEqual(card?.blocks[0]?.data[0], { tag: "list", val: [{ label: "E-mail", text: "ada@example.com", url: undefined }, { label: "View", text: "ticket", url: undefined }] });
});

test("nobody in particular has none", () => {
  assert.equal(new FakeHost(plugin).render(context({ email: null })), undefined);
});
// @end
// @event

test("messages are counted", () => {
  const host = new FakeHost(plugin);
  host.handle(event("message.created", { contact: { email: "ada@example.com", attributes: [] } }));
  assert.equal(host.store.get("messages/ada@example.com"), "1");
});
// @end
// @action

test("a greeting is drafted", () => {
  const result = new FakeHost(plugin).submit(action("greet", "Ada"));
  assert.deepEqual(result.commands, [{ tag: "insert-draft", val: "Hello Ada!" }]);
});
// @end
