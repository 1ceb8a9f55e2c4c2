// The steps that a plugin's answer asks the desk for. The desk is asked first; what it has no means
// for is done here if a browser can do it, and becomes a text to copy if not. Nothing is lost.

import { copyButton } from "./copy.js";
import { el, words } from "./dom.js";
import { away, open, safeUrl, whither } from "./links.js";

/**
 * Runs commands one after the other.
 *
 * @param {object} tools
 * @param {{plugin: string, title: string}} slot whose button it was
 * @param {object[]} commands
 * @returns {Promise<HTMLElement[]>} what is left for the agent to do or to know
 */
export async function run(tools, slot, commands) {
  const left = [];
  for (const command of commands ?? []) {
    if (!command?.type) continue;
    const done = await tools.command(command, slot);
    if (done === true) continue;
    const rest = done || command;
    const shown = here(tools, slot, rest);
    if (shown && typeof rest.why === "string") shown.append(words(rest.why, { class: "what reason" }));
    if (shown) left.push(shown);
  }
  return left;
}

function here(tools, slot, command) {
  switch (command.type) {
    case "open_url":
      return tab(command.url);
    case "copy":
      return offer(tools, "To copy", command.text);
    case "notify":
      // The pane says whose words these are, so that no plugin can speak for the desk.
      tools.toast({ text: command.text, from: slot.title });
      return null;
    case "insert_draft":
      return offer(tools, "For your reply", command.text);
    case "add_tags":
      return offer(tools, "Tags to add", (command.tags ?? []).join(", "));
    case "assign":
      return offer(tools, "Assign to", [command.agent, command.group].filter(Boolean).join(", ") || "nobody");
    case "set_status":
      return offer(tools, "Status to set", command.status);
    case "add_link":
      return linked(tools, command);
    default:
      return offer(tools, "To do", command.text);
  }
}

/** The link stays even where the tab opened: whether one did, no browser tells. */
function tab(address) {
  const url = safeUrl(address);
  if (!url) return null;
  const asked = open(url);
  return el("p", { class: "todo" }, el("span", { class: "what", text: asked ? "Opened" : "To open" }), away(address, whither(url)));
}

function linked(tools, command) {
  const shown = away(command.url, command.text);
  if (!shown) return null;
  const button = copyButton(tools, () => command.url, "the link");
  return el("p", { class: "todo" }, el("span", { class: "what", text: "Link to keep" }), shown, button);
}

function offer(tools, what, text) {
  if (!text) return null;
  return el(
    "div",
    { class: "todo" },
    el("span", { class: "what", text: what }),
    words(text, { class: "words" }),
    copyButton(tools, () => text, what.toLowerCase(), "Copy"),
  );
}
