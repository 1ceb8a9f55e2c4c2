// /front: the pane in Front's side panel. Front tells what is selected; the page follows, and has
// Front do what plugins ask for. It stays where it is: Front sends nothing to a page whose address is
// not the one that was saved.

import "../pane.js";
import { watch } from "../pane/awake.js";
import { open, safeUrl } from "../pane/links.js";
import { taken } from "../pane/start.js";
import { Bridge, has } from "./bridge.js";
import { carryOut, isOfConversation } from "./commands.js";
import { conversationOf, lookedAt } from "./context.js";

/** Front speaks at once; without a word for so long there is no Front around this page. */
const SPEAKS_MS = 4000;

const pane = document.querySelector("side-pane");
/** What is selected, as Front said it last, and whether anybody can see this page. */
let front = null;
let awake = false;

pane.context = null;
pane.idle = "Waiting for Front.";
pane.session = taken();
pane.runCommand = run;
pane.openLink = openLink;

const bridge = new Bridge((context) => {
  front = context;
  const conversation = conversationOf(front);
  bridge.leave((earlier) => conversationOf(earlier) === conversation);
  show();
});
watch((seen) => {
  awake = seen;
  show();
});
setTimeout(() => {
  if (!front) pane.idle = "This page shows customers inside of Front's side panel.";
}, SPEAKS_MS);

/** Turns to what is selected. In a panel that nobody sees nothing is asked, and nobody else's card stays. */
function show() {
  if (!front) return;
  const { context, words } = lookedAt(front);
  const shown = pane.context?.conversation_id;
  if (!awake && context && context.conversation_id !== shown) {
    pane.context = null;
    pane.idle = "";
  } else if (awake || !context) {
    pane.context = context;
    pane.idle = words;
  }
}

async function run(command, { context }) {
  if (!front) return false;
  // Between the press and the answer the agent may have gone on to somebody else.
  const elsewhere = isOfConversation(command) && context.conversation_id !== conversationOf(front);
  if (elsewhere) return { ...command, why: "Another conversation was opened meanwhile." };
  return carryOut(bridge, front, command);
}

/** @returns {boolean} whether Front opens it */
function openLink(address) {
  const url = safeUrl(address);
  if (!url || !has(front, "openUrl")) return false;
  bridge.call(front, "openUrl", url.href).catch(() => open(url));
  return true;
}
