// What came of a simulation: the verdict, the card, and the call from inside.

import { el, words } from "/pane/dom.js";
import { SimulatedCard } from "./card.js";

const ENDINGS = {
  card: "It answered with a card.",
  empty: "It answered, and knows nothing of this contact: no card.",
  acknowledged: "It dealt with the event.",
  retry: "It wants the event again.",
  give_up: "It gave the event up.",
  failed: "It has no answer.",
};

const MEASURES = {
  fuel: "Fuel",
  setup_fuel: "Fuel to set up",
  time_ms: "Time",
  memory_bytes: "Memory",
  host_calls: "Calls to the host",
  http_requests: "HTTP requests",
  http_bytes: "HTTP bytes",
  store_ops: "Values touched",
  store_bytes: "Values written",
  log_bytes: "Log",
  output_bytes: "Answer",
  blocks: "Blocks",
};

/** All that is shown of an answer of POST /simulate, made for a payload. */
export function result(told, asked, tools) {
  if (told.verdict === "invalid") return [verdict(told), invalid(told.error, tools)];
  const { run } = told;
  const inside = run ? [log(run), http(run), store(run), used(run.usage)] : [];
  return [
    verdict(told),
    told.held_back > 0 && !told.error && held(told.held_back),
    told.error && failure(told),
    el(
      "div",
      { class: "columns" },
      told.ending === "card" && card(told.card, asked, tools),
      el("div", {}, ...inside, told.recording && keep(told, asked)),
    ),
  ].filter(Boolean);
}

function verdict(told) {
  const good = told.verdict === "success";
  const said =
    told.verdict === "invalid" ? "Invalid payload: the plugin was not called." : (ENDINGS[told.ending] ?? "");
  return el(
    "div",
    { class: `verdict ${good ? "good" : "bad"}`, "data-verdict": told.verdict, role: "status" },
    el("b", { text: good ? "Success" : "Failed" }),
    el("span", { text: said }),
    told.took_ms !== undefined && el("time", { text: `${told.took_ms} ms` }),
  );
}

function invalid(error, tools) {
  const place = `Line ${error.line}, column ${error.column}`;
  const jump = el("button", { type: "button", class: "link", text: place, click: () => tools.go(error) });
  return el(
    "div",
    { class: "trouble", "data-code": error.code },
    el("h3", { text: error.message }),
    el("p", {}, jump, error.field ? " · " : "", error.field && el("code", { text: error.field }), " · ", el("code", { text: error.code })),
    error.detail && el("p", { class: "muted", text: error.detail }),
    error.hint && el("p", { text: error.hint }),
  );
}

function failure(told) {
  const { error } = told;
  const limit = error.limit !== null && error.limit !== undefined && ` Used ${count(error.used)} of ${count(error.limit)}.`;
  const again = told.again_s && ` A host would try again in ${told.again_s} s.`;
  return el(
    "div",
    { class: "trouble", "data-code": error.code },
    el("h3", {}, "The plugin failed: ", el("code", { text: error.code })),
    el("p", {}, words(error.message), limit || "", again || ""),
    told.held_back > 0 ? el("p", { text: heldBack(told.held_back) }) : at(error.field),
    error.detail && !told.held_back && el("pre", { text: error.detail }),
    error.next && el("p", {}, el("b", { text: "What to do: " }), lines(error.next)),
  );
}

/** The first line as words; what follows is to be copied. */
function lines(text) {
  const [first, ...rest] = text.split("\n");
  const span = el("span", { text: first });
  if (rest.length) span.append(el("pre", { text: rest.join("\n") }));
  return span;
}

function at(field) {
  return field ? el("p", {}, "At ", el("code", { text: field })) : null;
}

function held(requests) {
  const help = " Choose real HTTP to send all that the grant allows.";
  return el("div", { class: "trouble warn" }, el("p", { text: heldBack(requests) + help }));
}

function heldBack(requests) {
  return `${requests === 1 ? "1 request was" : `${requests} requests were`} held back: only GET is sent.`;
}

function card(event, asked, tools) {
  const drawn = new SimulatedCard();
  drawn.again = tools.again;
  const node = panel("Card", "as an agent sees it", drawn);
  node.classList.add("card");
  const notes = (event.notes ?? []).map((note) => el("p", { class: "muted", text: `Left out: ${note.message}` }));
  node.append(...notes);
  // Heights are measured, so it is drawn once it is in the page.
  queueMicrotask(() => drawn.show(asked.context ?? {}, event));
  return node;
}

function log(run) {
  const written = run.steps.filter((step) => step.step === "log");
  if (!written.length) return null;
  const rows = written.map(({ level, message, fields }) =>
    el(
      "li",
      {},
      el("span", { class: `level ${level}`, text: level }),
      " ",
      words(message),
      fields.length > 0 && el("span", { class: "fields", text: ` ${fields.map(([name, value]) => `${name}=${value}`).join(" ")}` }),
    ),
  );
  return panel("Log", number(written.length, "line"), el("ul", { class: "rows" }, ...rows));
}

function http(run) {
  const exchanges = run.steps
    .filter((step) => step.step === "http")
    .flatMap(({ requests, answers }) => requests.map((request, at) => exchange(request, answers?.[at])));
  return exchanges.length ? panel("HTTP", number(exchanges.length, "request"), ...exchanges) : null;
}

function exchange(request, answer) {
  const [kind, came] = outcome(answer);
  const summary = el(
    "summary",
    {},
    el("b", { text: request.method }),
    el("span", { class: "url", text: request.url }),
    el("span", { class: `came ${kind}`, text: came }),
  );
  const sent = [head(request.headers), body(request.body)].filter(Boolean).join("\n\n");
  const parts = [el("h4", { text: "Sent" }), el("pre", { text: sent || "no headers of its own, no body" })];
  const { response, error } = answer ?? {};
  if (response) {
    const got = [head(response.headers), body(response.body)].filter(Boolean).join("\n\n");
    parts.push(el("h4", { text: `Came back: ${response.status}` }), el("pre", { text: got }));
  } else if (error?.denied) {
    parts.push(el("h4", { text: `Refused by the rule of its ${error.denied.rule}; nothing was sent` }), el("pre", { text: error.denied.why }));
    if (error.denied.hint) parts.push(el("h4", { text: "The grant that would allow it" }), el("pre", { text: error.denied.hint }));
  } else if (error) {
    const [name, why] = Object.entries(error)[0];
    parts.push(el("h4", { text: `No answer: ${name}` }), el("pre", { text: String(why) }));
  }
  const node = el("details", { class: "http" }, summary, el("div", { class: "exchange" }, ...parts));
  node.open = kind !== "good";
  return node;
}

function outcome(answer) {
  if (!answer) return ["bad", "cut off"];
  if (answer.response) return [answer.response.status < 400 ? "good" : "warn", String(answer.response.status)];
  const [name, what] = Object.entries(answer.error)[0];
  if (name === "denied") return ["warn", what.why.includes("held back") ? "held back" : "denied"];
  return ["bad", name.replace("_", " ")];
}

function head(headers) {
  const value = (it) => (typeof it === "string" ? it : `(the secret ${it.secret})`);
  return headers.map(([name, it]) => `${name}: ${value(it)}`).join("\n");
}

function body(it) {
  if (it === null || it === undefined || it === "") return "";
  if (typeof it !== "string") return `(${count(it.withheld_bytes)} bytes, no text or too long)`;
  try {
    return JSON.stringify(JSON.parse(it), null, 2);
  } catch {
    return it;
  }
}

function store(run) {
  const steps = run.steps.filter((step) => step.step.startsWith("store_"));
  if (!steps.length) return null;
  const rows = steps.map((step) => {
    const { step: name, answer, ...rest } = step;
    const what = Object.values(rest).filter((value) => value !== null).join("  ");
    return el(
      "li",
      {},
      el("span", { class: "level", text: name.slice("store_".length).replaceAll("_", " ") }),
      " ",
      words(what),
      answer !== null && el("span", { class: "fields", text: ` → ${JSON.stringify(answer)}` }),
    );
  });
  return panel("Values", "thrown away", el("ul", { class: "rows" }, ...rows));
}

function used(usage) {
  const rows = el("div", { class: "used" });
  for (const [name, { used: taken, limit }] of Object.entries(usage)) {
    if (!limit && !taken) continue;
    const label = MEASURES[name] ?? name;
    const meter = el("meter", { min: 0, max: limit || 1, low: limit * 0.6, high: limit * 0.85, optimum: 0, value: taken, "aria-label": label });
    const unit = name === "time_ms" ? " ms" : "";
    const show = name.endsWith("bytes") ? bytes : count;
    const of = el("span", { class: "of" }, show(taken), el("span", { text: ` of ${show(limit)}${unit}` }));
    rows.append(el("span", { text: label }), meter, of);
  }
  return panel("Used of limit", "", rows);
}

function keep(told, asked) {
  const stem = `${asked.plugin}-${asked.name}`.replace(/[^A-Za-z0-9_-]+/g, "-").toLowerCase();
  const file = (text, kind, name, label) =>
    el("button", { type: "button", class: "plain", text: label, "data-file": name, click: () => save(text, kind, name) });
  return panel(
    "Keep",
    "",
    el(
      "div",
      { class: "keep" },
      file(told.test, "text/rust", `${stem.replaceAll("-", "_")}.rs`, "Test file"),
      file(told.recording, "application/json", `${stem}.json`, "Recording"),
      el("p", { text: "The test goes into tests/ of a project in Rust; sidepane replay plays the recording against any build. Personal data is masked in both." }),
    ),
  );
}

function save(text, kind, name) {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function panel(title, aside, ...inside) {
  return el("section", { class: "panel", "data-panel": title }, el("h3", {}, title, aside && el("span", { text: aside })), ...inside);
}

function number(many, what) {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}

function count(value) {
  return Number(value).toLocaleString("en");
}

function bytes(value) {
  if (value < 10_000) return `${count(value)} B`;
  return value < 10 * 2 ** 20 ? `${count(Math.round(value / 1024))} KiB` : `${count(Math.round(value / 2 ** 20))} MiB`;
}
