// The card of examples/bench-card in JavaScript, byte for byte, for workerd, Deno and Node.

export function card(asked) {
  const email = asked.email ?? "unknown";
  const hash = fnv1a(email);
  const facts = [
    ["Email", email],
    ["View", asked.view],
    ["Ticket", asked.ticketId ?? ""],
    ["Plan", ["free", "pro", "estate"][hash % 3]],
    ["Since", `20${padded(hash % 26)}`],
    ["Orders", "20"],
    ["Score", `${hash % 100}`],
    ["Owner", "support"],
  ];
  const rows = facts.map(([label, text]) => ({ label, text, url: null }));
  const note = `<p>Notes for <b>${escaped(email)}</b></p>${"<p>lorem ipsum dolor sit amet</p>".repeat(10)}`;
  const link = `https://crm.example.com/c/${hash.toString(16).padStart(8, "0")}`;
  return {
    contact_name: null,
    contact_link: { url: link, text: "Open in CRM" },
    cache_s: null,
    blocks: [
      block("Customer", "person", { type: "list", rows }),
      block("Orders", "receipt_long", table(hash, 20)),
      block("Notes", "sticky_note", { type: "html", html: note }),
      block("History", "history", { type: "accordion", name: "History", open: false, data: [table(hash, 5)] }),
    ],
  };
}

function block(name, icon, element) {
  return { name, icon, data: [element] };
}

function table(hash, count) {
  const cells = (texts) => texts.map((text) => ({ text }));
  const rows = [];
  let draw = hash;
  for (let index = 0; index < count; index += 1) {
    draw = (Math.imul(draw, 1664525) + 1013904223) >>> 0;
    rows.push(cells(order(index, draw)));
  }
  return { type: "table", headers: cells(["Order", "Date", "Total", "Status", "Items"]), rows };
}

function order(index, draw) {
  const cents = draw % 100000;
  return [
    `#${10000 + index}`,
    `2026-${padded(1 + (draw % 12))}-${padded(1 + ((draw >>> 8) % 28))}`,
    `${Math.floor(cents / 100)}.${padded(cents % 100)}`,
    ["paid", "shipped", "returned"][draw % 3],
    `${1 + ((draw >>> 4) % 9)}`,
  ];
}

function padded(number) {
  return String(number).padStart(2, "0");
}

function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

function escaped(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
