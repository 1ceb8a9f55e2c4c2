// A host for tests: the plugin runs in Node, without WebAssembly, server or network. It refuses what a
// real host would refuse.

import { connect } from "./host.js";
import { setTraps } from "./traps.js";

/** Somebody at a desk; what is given goes over it. */
export function context(over = {}) {
  return {
    surface: "native",
    view: "ticket",
    account: "default",
    requestId: "test",
    email: "ada@example.com",
    contactLinked: true,
    ticketId: "7",
    visitor: {},
    attributes: [],
    params: [],
    extra: [],
    ...over,
  };
}

/** An event of this type; what is given goes over it. */
export function event(eventType, over = {}) {
  return {
    id: "e-1",
    source: "native",
    eventType,
    time: "2026-11-22T14:25:08.123Z",
    account: "default",
    attempt: 1,
    changes: [],
    raw: "{}",
    extra: [],
    ...over,
  };
}

/** A press of a button with this value; `form` is what was filled in. */
export function action(id, value = "", form = {}, over = {}) {
  return { id, value, fields: Object.entries(form), idempotencyKey: "k-1", context: context(), ...over };
}

/** A request that the plugin is to make, and what comes back. */
export const on = (method, url) => new Exchange(method, url);

class Exchange {
  constructor(method, url) {
    this.expected = `${method} ${url}`;
    this.answer = { tag: "err", val: { tag: "other", val: "the test gives no answer" } };
  }

  bearer(secret) {
    this.secret = secret;
    return this;
  }

  reply(status, text = "", headers = {}) {
    this.answer = { tag: "ok", val: { status, headers: Object.entries(headers), body: { tag: "text", val: text } } };
    return this;
  }

  replyJson(status, value) {
    return this.reply(status, JSON.stringify(value), { "content-type": "application/json" });
  }

  /** Fails instead, as the contract's `http-error` says it: fail("connect", "refused"). */
  fail(tag, val) {
    this.answer = { tag: "err", val: { tag, val } };
    return this;
  }
}

/** A host for one plugin. It keeps its store from run to run; what is expected is for one run. */
export class FakeHost {
  #plugin;
  #manifest;
  #settings = new Map();
  #expected = [];
  #problems = [];
  /** What was written to the log: the level, the message, and fields behind it. */
  log = [];
  /** What the store has now; nothing expires in it. */
  store = new Map();

  constructor(plugin) {
    this.#plugin = plugin;
    this.#manifest = plugin.manifest.describe();
    for (const { name, defaultValue } of this.#manifest.settings) {
      if (defaultValue !== undefined) {
        this.#settings.set(name, defaultValue);
      }
    }
  }

  setting(name, value) {
    if (!this.#manifest.settings.some((field) => field.name === name)) {
      throw new Error(`the manifest has no setting ${name}`);
    }
    this.#settings.set(name, String(value));
    return this;
  }

  expect(...exchanges) {
    this.#expected.push(...exchanges);
    return this;
  }

  /** The plugin's card, or undefined. Its failure is thrown as a record: agentMessage, logMessage, retryable. */
  render(context) {
    const card = this.#run("card", () => this.#plugin.contactContext.render(context));
    this.#judge(card);
    return card;
  }

  /** Delivers an event. */
  handle(event) {
    const names = [event.eventType, `${event.source}:${event.vendorType}`, "*"];
    if (!this.#manifest.events.some((type) => names.includes(type))) {
      throw new Error(`the plugin has no function for ${event.eventType}`);
    }
    this.#run("event", () => this.#plugin.productEvent.handle(event));
  }

  /** Presses a button. */
  submit(action) {
    const result = this.#run("action", () => this.#plugin.action.submit(action));
    this.#judge(result.card);
    return result;
  }

  #run(part, call) {
    if (!this.#plugin.serves.includes(part)) {
      throw new Error(`the plugin serves no ${part}s`);
    }
    this.log = [];
    this.#problems = [];
    const kept = new Map(this.store);
    const before = connect(this.#imports());
    const release = setTraps();
    try {
      return call();
    } catch (error) {
      this.store = kept;
      throw error;
    } finally {
      release();
      connect(before);
      const missing = this.#expected.splice(0).map((one) => `${one.expected} was expected and not asked`);
      this.#complain([...this.#problems, ...missing]);
    }
  }

  #complain(problems) {
    if (problems.length > 0) {
      throw new Error(problems.join("\n"));
    }
  }

  #imports() {
    const send = (request) => this.#exchange(request);
    return {
      http: {
        send(request) {
          const answer = send(request);
          if (answer.tag === "err") {
            throw Object.assign(new Error(answer.val.tag), { payload: answer.val });
          }
          return answer.val;
        },
        sendAll: (requests) => requests.map(send),
      },
      settings: { all: () => [...this.#settings], get: (name) => this.#settings.get(name) },
      store: this.#values(),
      log: {
        write: (level, message, fields) => {
          this.log.push([`${level}: ${message}`, ...fields.map((pair) => pair.join("="))].join(" "));
        },
      },
    };
  }

  #exchange({ method, url, headers }) {
    const secrets = headers.filter(([, value]) => value.tag === "secret").map(([, value]) => value.val.name);
    const host = this.#manifest.hosts.find(
      (host) =>
        within(host.url, url) &&
        (host.methods.length > 0 ? host.methods : ["GET"]).includes(method) &&
        secrets.every((secret) => host.secrets.includes(secret)),
    );
    const asked = `${method} ${url}`;
    if (!host) {
      this.#problems.push(`${asked} with the secrets [${secrets}] is not in the manifest's hosts`);
    }
    const at = this.#expected.findIndex((one) => one.expected === asked);
    if (at < 0) {
      this.#problems.push(`${asked} was asked and not expected`);
      return { tag: "err", val: { tag: "other", val: "the test does not expect it" } };
    }
    const [exchange] = this.#expected.splice(at, 1);
    if (exchange.secret && !secrets.includes(exchange.secret)) {
      this.#problems.push(`${asked} was to carry the secret ${exchange.secret}`);
    }
    return exchange.answer;
  }

  #values() {
    return {
      get: (key) => this.store.get(key),
      set: (key, value) => void this.store.set(key, value),
      compareAndSet: (key, expected, value) => {
        const same = this.store.get(key) === expected;
        if (same) {
          this.store.set(key, value);
        }
        return same;
      },
      increment: (key, delta) => {
        const next = Number(this.store.get(key) ?? 0) + delta;
        this.store.set(key, String(next));
        return next;
      },
      remove: (key) => void this.store.delete(key),
      listKeys: (prefix, after, limit) =>
        [...this.store.keys()]
          .sort()
          .filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
          .slice(0, limit),
    };
  }

  // What a host refuses on a card.
  #judge(card) {
    const problems = [];
    const ids = this.#manifest.actions.map((action) => action.id);
    for (const { name, data } of card?.blocks ?? []) {
      const pieces = data.flatMap((piece) => (piece.tag === "accordion" ? piece.val.data : [piece]));
      for (const { tag, val } of pieces) {
        if (tag === "table" && val.rows.some((row) => row.length !== val.headers.length)) {
          problems.push(`block ${name}: a row of a table needs one cell for every header`);
        }
        for (const { id } of tag === "actions" ? val : []) {
          if (!ids.includes(id)) {
            problems.push(`block ${name}: the plugin has no action ${id} for a button`);
          }
        }
      }
    }
    this.#complain(problems);
  }
}

// Whether a URL lies under one of the manifest's: scheme, host by label, port, path by segment.
function within(pattern, url) {
  const [, scheme, authority, path = "/"] = /^(\w+):\/\/([^/]*)(\/.*)?$/.exec(pattern) ?? [];
  const [, itsScheme, itsAuthority, itsPath = "/"] = /^(\w+):\/\/([^/?]*)(\/[^?]*)?/.exec(url) ?? [];
  const host =
    authority === "*" ||
    authority === itsAuthority ||
    (authority?.startsWith("*.") && itsAuthority?.endsWith(authority.slice(1)));
  const start = path?.replace(/\/$/, "");
  return scheme === itsScheme && host && (itsPath === start || itsPath?.startsWith(`${start}/`));
}
