// /pane: the pane as a page of its own, which a desk frames beside its conversations.
//
// How the desk and this page talk (window.postMessage; each message is an object with a `type`):
//
// The page says to the desk
//   {type: "sidepane:ready", protocol: 1}
//       Once, when it can be told of a contact. Goes to any parent: it says nothing.
//   {type: "sidepane:command", id, plugin, command}
//       A plugin asks for something that only the desk can do; `command` is as in the answer of
//       POST /v1/actions ({type: "insert_draft", text} …). Goes only to an origin of the session.
//
// The desk says to the page
//   {type: "sidepane:context", context: {email, ticket_id, …}}
//       Another contact is open; `context` is as in POST /v1/context, and its fields may also stand
//       beside `type`. `view`, `locale`, `time_zone`, `agent` and `params` hold on until they are told anew;
//       all else is replaced. An empty context is nobody.
//   {type: "sidepane:done", id, handled}
//       The answer to a command: it was dealt with, or with `handled: false` it was not. Without an
//       answer within half a second the page takes it for not.
//   {type: "sidepane:reload"}              asks all plugins anew
//   {type: "sidepane:theme", theme}        "light", "dark", or null for what the browser says
//
// Messages count only if they come from the window that frames this one, and from an origin that the
// session names (or this page's own).

import "../pane.js";
import { taken } from "./start.js";

const ANSWER_MS = 500;
/** After a desk has once not answered, it is not waited for as long again. */
const DEAF_MS = 120;
const STICKY = ["view", "locale", "time_zone", "agent", "params"];

const data = taken();
const pane = document.querySelector("side-pane");
const framed = window.parent !== window;
const waiting = new Map();
let patience = ANSWER_MS;
let desk = null;
let count = 0;

forgetKey();
if (data?.theme) dress(data.theme);
pane.context = data?.context ?? null;
pane.session = data;
if (framed) {
  pane.runCommand = (command, from) => send(command, from);
  window.addEventListener("message", heard);
  window.parent.postMessage({ type: "sidepane:ready", protocol: 1 }, "*");
}

/** The key of the URL has done its work; history, bookmarks and screenshots need not keep it. */
function forgetKey() {
  const url = new URL(location.href);
  if (!url.searchParams.has("key")) return;
  url.searchParams.delete("key");
  history.replaceState(history.state, "", url);
}

function heard(event) {
  if (event.source !== window.parent || !trusted(event.origin)) return;
  const message = event.data;
  if (message === null || typeof message !== "object") return;
  desk = event.origin;
  switch (message.type) {
    case "sidepane:context":
      return turn(message);
    case "sidepane:done":
      return waiting.get(message.id)?.(message.handled !== false);
    case "sidepane:reload":
      return pane.reload();
    case "sidepane:theme":
      return dress(message.theme);
  }
}

function turn(message) {
  const { type, context, ...beside } = message;
  const told = typeof context === "object" && context !== null ? context : beside;
  const kept = {};
  for (const name of STICKY) kept[name] = told[name] ?? data?.context?.[name];
  if (data?.context) Object.assign(data.context, kept);
  // What holds on does not make somebody of nobody.
  const somebody = Object.keys(told).some((name) => !STICKY.includes(name) && told[name]);
  pane.context = somebody ? { ...told, ...kept } : null;
}

function dress(theme) {
  const known = theme === "light" || theme === "dark";
  if (known) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  pane.toggleAttribute("theme", false);
  if (known) pane.setAttribute("theme", theme);
}

/** Puts a command to the desk. @returns {Promise<boolean>} whether it was dealt with */
function send(command, from) {
  const to = deskOrigins();
  if (!to.length) return false;
  count += 1;
  const id = `c${count}`;
  return new Promise((done) => {
    const timer = setTimeout(() => {
      patience = DEAF_MS;
      answer(false);
    }, patience);
    const answer = (handled) => {
      clearTimeout(timer);
      waiting.delete(id);
      done(handled);
    };
    waiting.set(id, (handled) => {
      patience = ANSWER_MS;
      answer(handled);
    });
    const message = { type: "sidepane:command", id, plugin: from.plugin, command };
    // Each reaches its origin only; what another page would get is nothing.
    for (const origin of to) window.parent.postMessage(message, origin);
  });
}

/** Where the desk is: where it has spoken from, where the browser says, or all that it may be. */
function deskOrigins() {
  const above = desk ?? location.ancestorOrigins?.[0];
  if (above) return trusted(above) ? [above] : [];
  return [location.origin, ...(data?.origins ?? [])];
}

function trusted(origin) {
  return origin === location.origin || (data?.origins ?? []).includes(origin);
}
