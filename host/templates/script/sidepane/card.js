// Cards and what stands on them.

import { Html } from "./html.js";

/** A headed part of a card. What is null, undefined or false is left out. */
export function block(name, icon, ...elements) {
  return { name, icon: icon ?? undefined, data: elements.flat().filter(Boolean).map(element) };
}

/** Labels with their values, one under the other: pairs, or [label, value, url]. */
export function list(...rows) {
  return { tag: "list", val: rows.map(row).filter(Boolean) };
}

/** Values in rows and columns. A cell is a value, or [value, url]. */
export function table(headers, rows) {
  return { tag: "table", val: { headers: headers.map(String), rows: rows.map((cells) => cells.map(cell)) } };
}

/** Pieces behind a fold: lists, tables and html. */
export function accordion(name, ...elements) {
  return { tag: "accordion", val: { name, open: false, data: elements.flat().filter(Boolean).map(element) } };
}

/** Buttons, side by side. */
export function actions(...buttons) {
  return { tag: "actions", val: buttons.flat().filter(Boolean) };
}

/** A button for one of the plugin's actions. */
export function button(id, label, { value = "", style = "plain", confirm, fields = [] } = {}) {
  return { id, label, style, value: String(value), confirm, fields };
}

function element(piece) {
  return piece instanceof Html ? { tag: "html", val: piece.markup } : piece;
}

function row(given) {
  if (!given) {
    return undefined;
  }
  const [label, value, url] = Array.isArray(given) ? given : [given.label, given.text, given.url];
  return value == null || value === "" ? undefined : { label: String(label), text: String(value), url: url ?? undefined };
}

function cell(given) {
  const [value, url] = Array.isArray(given) ? given : [given];
  return { text: value == null ? "" : String(value), url: url ?? undefined };
}

/** The card as the contract has it. */
export function whole(card) {
  const { contactName, contactLink, cacheS, blocks = [], extra = {} } = card;
  const link = typeof contactLink === "string" ? { url: contactLink } : contactLink;
  return {
    contactName: contactName ?? undefined,
    contactLink: link ?? undefined,
    cacheS: cacheS ?? undefined,
    blocks: blocks.flat().filter(Boolean),
    extra: Object.entries(extra),
  };
}
