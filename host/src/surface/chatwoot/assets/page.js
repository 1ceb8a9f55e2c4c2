// /chatwoot: the pane as a dashboard app of Chatwoot. Chatwoot tells who is open when the frame is
// loaded, and again when it is asked; every message is a text of JSON among others that are not.

import "../pane.js";
import { watch } from "../pane/awake.js";
import { taken } from "../pane/start.js";
import { lookedAt } from "./context.js";

const FETCH = "chatwoot-dashboard-app:fetch-info";
/** A conversation comes with its messages; nothing that is longer is one. */
const LONGEST = 4 << 20;

const pane = document.querySelector("side-pane");
const data = taken();
const framed = window.parent !== window;
/** Who is open, as Chatwoot said it last, and whether anybody can see this page. */
let told = null;
let awake = false;

pane.context = null;
pane.idle = framed ? "Waiting for Chatwoot." : "This page shows customers inside of Chatwoot, as a dashboard app.";
pane.session = data;
if (framed) {
  window.addEventListener("message", heard);
  watch((seen) => {
    awake = seen;
    // What was open before it was hidden may not be what is open now.
    if (awake) window.parent.postMessage(FETCH, "*");
    show();
  });
  window.parent.postMessage(FETCH, "*");
}

function heard(event) {
  if (event.source !== window.parent || !trusted(event.origin)) return;
  if (typeof event.data !== "string" || event.data.length > LONGEST) return;
  let message;
  try {
    message = JSON.parse(event.data);
  } catch {
    return;
  }
  if (message?.event !== "appContext") return;
  told = message.data;
  show();
}

/** Turns to who is open. In a panel that nobody sees nothing is asked, and nobody else's card stays. */
function show() {
  if (!told) return;
  const context = lookedAt(told);
  const shown = pane.context;
  const other = context?.contact_id !== shown?.contact_id || context?.conversation_id !== shown?.conversation_id;
  if (awake || !context) {
    pane.idle = "Choose a conversation to see what is known of the customer.";
    pane.context = context;
  } else if (other) {
    pane.idle = "";
    pane.context = null;
  }
}

function trusted(origin) {
  return origin === location.origin || (data?.origins ?? []).includes(origin);
}
