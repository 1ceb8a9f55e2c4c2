// The demo's stand-in for Chatwoot: a dashboard app in a frame, which is told who is open when it is
// loaded and when it asks, as a text of JSON.

import { CONVERSATIONS, Desk } from "./desk.js";

const frame = document.querySelector("iframe");
const desk = new Desk(tell);
frame.src = new URL("/chatwoot", document.body.dataset.host).href;
frame.addEventListener("load", () => tell(desk.conversation));
window.addEventListener("message", (event) => {
  if (event.source === frame.contentWindow && event.data === "chatwoot-dashboard-app:fetch-info") tell(desk.conversation);
});
desk.select(CONVERSATIONS[0]);

function tell({ id, name, email, phone, user }) {
  const contact = { id: Number(id.slice(4)), name, email, phone_number: phone || null, identifier: user || null, custom_attributes: {} };
  const conversation = { id: Number(id.slice(4)) + 100, meta: { channel: "Channel::Email", sender: contact }, custom_attributes: {}, messages: [] };
  const currentAgent = { id: 7, name: "Sam Agent", email: "sam@shop.example" };
  const message = JSON.stringify({ event: "appContext", data: { conversation, contact, currentAgent } });
  frame.contentWindow.postMessage(message, "*");
}
