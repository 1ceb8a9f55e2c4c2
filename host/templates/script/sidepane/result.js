// What an action answers: steps for the agent's desk, and fields that do not fit.

import { whole } from "./card.js";

/** A form that cannot be accepted: the reason at each field. Nothing may have been changed. */
export const invalid = (fieldErrors) => ({ fieldErrors });

export const openUrl = (url) => ({ tag: "open-url", val: url });
export const copy = (text) => ({ tag: "copy", val: text });
export const insertDraft = (text) => ({ tag: "insert-draft", val: text });
export const addTags = (...tags) => ({ tag: "add-tags", val: tags.flat() });
export const assignAgent = (agent) => ({ tag: "assign", val: { agent } });
export const assignGroup = (group) => ({ tag: "assign", val: { group } });
export const setStatus = (status) => ({ tag: "set-status", val: status });
export const addLink = (url, text) => ({ tag: "add-link", val: { url, text } });
export const notify = (text) => ({ tag: "notify", val: text });

/** The result as the contract has it. */
export function wholeResult({ message, card, fieldErrors = {}, commands = [], extra = {} } = {}) {
  return {
    message: message ?? undefined,
    card: card ? whole(card) : undefined,
    fieldErrors: Object.entries(fieldErrors),
    commands: commands.flat().filter(Boolean),
    extra: Object.entries(extra),
  };
}
