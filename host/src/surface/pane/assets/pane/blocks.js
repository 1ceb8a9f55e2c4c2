// Blocks and accordions: what folds, and how one walks between them by keyboard.

import { actions } from "./actions.js";
import { el, fresh, glyph, words } from "./dom.js";
import { list, other, table } from "./elements.js";
import { html } from "./html.js";
import { icon } from "./icon.js";
import { folded, key } from "./memory.js";

/**
 * All blocks of one card.
 *
 * @param {object} tools
 * @param {object} slot the plugin's place in the pane, which owns what is made here
 * @param {object} card
 * @returns {{node: DocumentFragment, measured: Promise<void>[]}}
 */
export function blocks(tools, slot, card) {
  const node = document.createDocumentFragment();
  const measured = [];
  (card.blocks ?? []).forEach((block, index) => {
    const made = { tools, slot, block: block.name ?? "", at: index, measured };
    node.append(blockOf(made, block));
  });
  return { node, measured };
}

function blockOf(made, block) {
  const { tools, slot } = made;
  const remembered = key(slot.plugin, made.block);
  return fold({
    level: "h4",
    kind: "block",
    id: remembered,
    picture: icon(tools, block.icon),
    name: made.block || slot.title,
    open: folded.read(remembered) !== true,
    fill: () => elements(made, block.data ?? [], []),
    turned: (open) => {
      folded.write(remembered, open ? undefined : true);
      slot.touched();
    },
  });
}

function elements(made, data, path) {
  const seen = new Map();
  return data.map((element, index) => elementOf(made, element, [...path, index], seen)).filter(Boolean);
}

function elementOf(made, element, path, seen) {
  const { tools, slot, block } = made;
  switch (element?.type) {
    case "list":
      return list(tools, element);
    case "table":
      return table(tools, element, block || slot.title);
    case "html": {
      const title = `${block || slot.title}, from ${slot.title}`;
      const framed = html(tools, slot, element, [slot.plugin, block, ...path], title);
      if (framed.measured) made.measured.push(framed.measured);
      return framed.node;
    }
    case "accordion":
      // Folds do not nest, whatever came.
      return path.length > 1 ? null : accordion(made, element, path, seen);
    case "actions":
      return actions(tools, slot, element, key(block, made.at, ...path));
    default:
      return other(element ?? {});
  }
}

function accordion(made, element, path, seen) {
  const { slot, block } = made;
  const name = element.name ?? "";
  // Two with one name are told apart by which of them it is.
  const nth = seen.get(name) ?? 0;
  seen.set(name, nth + 1);
  const remembered = key(slot.plugin, block, name, nth);
  return fold({
    level: "h5",
    kind: "accordion",
    id: remembered,
    name,
    open: slot.opened.get(remembered) ?? element.open === true,
    fill: () => elements(made, element.data ?? [], path),
    turned: (open) => {
      slot.opened.set(remembered, open);
      slot.touched();
    },
  });
}

/** A heading that is a button, and what it shows and hides; made when it is first shown. */
function fold({ level, kind, id, picture, name, open, fill, turned }) {
  const panelId = fresh(kind);
  const headId = fresh(kind);
  const button = el(
    "button",
    { type: "button", class: "fold", id: headId, "data-key": id, "aria-controls": panelId },
    picture,
    el("span", { class: "name" }, words(name)),
    glyph("fold"),
  );
  const panel = el("div", { class: "panel", id: panelId, role: "group", "aria-labelledby": headId });
  let filled = false;
  const turn = (to) => {
    if (to && !filled) {
      panel.append(...fill());
      filled = true;
    }
    button.setAttribute("aria-expanded", String(to));
    panel.hidden = !to;
  };
  button.addEventListener("click", () => {
    const to = panel.hidden;
    turn(to);
    turned(to);
  });
  turn(open);
  return el("div", { class: kind }, el(level, {}, button), panel);
}

/** Arrow keys, Home and End go from heading to heading, as WAI-ARIA describes for accordions. */
export function walk(event, root) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const here = event.target.closest?.("button.fold");
  if (!here) return;
  const all = [...root.querySelectorAll("button.fold")].filter((it) => it.checkVisibility?.() ?? it.offsetParent);
  const at = all.indexOf(here);
  const to = {
    ArrowDown: (at + 1) % all.length,
    ArrowUp: (at - 1 + all.length) % all.length,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[to].focus();
}
