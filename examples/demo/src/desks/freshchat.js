// The demo's stand-in for Freshchat: for the conversation that is selected, the values of its user are
// written over the placeholders of a Smart Plug's source, and the source is run in the right-hand pane.

import { CONVERSATIONS, Desk } from "./desk.js";

const source = JSON.parse(document.getElementById("plug").textContent);
const pane = document.querySelector("aside");
new Desk(run).select(CONVERSATIONS[0]);

function run({ email, phone, user }) {
  const values = { "user.email": email, "user.phone": phone, "user.id": user };
  // As they are, into source: that is how it is done there. What is not known becomes nothing.
  pane.innerHTML = source.replace(/\{\{([a-z_.]+)\}\}/g, (_, name) => values[name] ?? "");
  for (const old of pane.querySelectorAll("script")) {
    const script = document.createElement("script");
    script.textContent = old.textContent;
    old.replaceWith(script);
  }
}
