// From what a plugin says of itself to what the host calls.

import { whole } from "./card.js";
import { eventError, pluginError } from "./errors.js";
import { seed } from "./random.js";
import { wholeResult } from "./result.js";
import { know } from "./settings.js";

/** A plugin: what it is, what it asks for, and a function for each thing that it serves. */
export function plugin(spec) {
  const { render, events, actions = {} } = spec;
  know(spec.settings ?? []);
  const serves = [render && "card", events && "event", spec.actions && "action"].filter(Boolean);
  if (serves.length === 0) {
    throw new Error("the plugin serves nothing: give it render(context), events or actions");
  }
  const manifest = describe(spec);
  return {
    serves,
    manifest: { describe: () => manifest },
    contactContext: {
      render: answering(pluginError, (context) => {
        const card = now("render", render.call(spec, context));
        return card ? whole(card) : undefined;
      }),
    },
    productEvent: {
      handle: answering(eventError, (event) => {
        now("the handler of events", handler(events, event).call(events, event));
      }),
    },
    action: {
      submit: answering(pluginError, (action) => {
        const { submit } = actions[action.id] ?? unknown(action.id);
        const form = Object.fromEntries(action.fields);
        return wholeResult(now(action.id, submit.call(actions, { ...action, form })) ?? undefined);
      }),
    },
  };
}

function describe(spec) {
  const { name, version, hosts = [], secrets = {}, settings = [], views = [], events = {}, actions = {}, extra = {} } = spec;
  return {
    name,
    version,
    hosts: hosts.map(({ url, methods = [], reason, secrets = [] }) => ({ url, methods, reason, secrets })),
    secrets: Object.entries(secrets).map(([secret, reason]) => ({ name: secret, reason })),
    settings,
    views,
    events: Object.keys(events).map((type) => (type === "otherwise" ? "*" : type)),
    actions: Object.entries(actions).map(([id, { description }]) => ({ id, description })),
    extra: Object.entries(extra),
  };
}

// A desk's own word goes before the normal one.
function handler(events, event) {
  const own = `${event.source}:${event.vendorType}`;
  return events[own] ?? events[event.eventType] ?? events.otherwise ?? (() => {});
}

function unknown(id) {
  throw new Error(`the plugin has no action ${id}`);
}

// The host takes a record that is thrown for the call's own failure; an Error would end the call
// without a word.
function answering(failed, call) {
  return (argument) => {
    const { requestId, id, attempt, idempotencyKey } = argument;
    seed([requestId, id, attempt, idempotencyKey, argument.context?.requestId, Date.now()].join());
    try {
      return call(argument);
    } catch (error) {
      throw failed(error);
    }
  };
}

function now(what, answer) {
  if (typeof answer?.then === "function") {
    throw new Error(`${what} is async, and a call ends when its function returns: take async and await away, http.get(url).send() waits for its answer by itself`);
  }
  return answer;
}
