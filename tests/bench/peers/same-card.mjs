// same-card.mjs CARD.json IMBOX.json: whether ImBox's form shows what the card says; else says where not.

import { deepStrictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";

const [card, imbox] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const { contact_link: contactLink, blocks } = shown(card);
deepStrictEqual(shown(imbox), { contactLink, blocks });

/** Without what has no value, and with html as the host writes it anew: no quote in a text is escaped. */
function shown(value) {
  if (Array.isArray(value)) {
    return value.map(shown);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => [name, name === "html" ? unquoted(member) : shown(member)]),
  );
}

function unquoted(html) {
  return html.replaceAll("&quot;", '"').replaceAll("&#39;", "'");
}
