// Small values of the plugin's own, kept from call to call.

import { host } from "./host.js";

export const get = (key) => ask("get", key) ?? undefined;
export const set = (key, value, { ttlS } = {}) => ask("set", key, String(value), ttlS);
export const compareAndSet = (key, expected, value, { ttlS } = {}) =>
  ask("compareAndSet", key, expected ?? undefined, String(value), ttlS);
export const increment = (key, delta = 1) => Number(ask("increment", key, delta));
export const remove = (key) => ask("remove", key);
export const listKeys = (prefix = "", { after, limit = 1000 } = {}) => ask("listKeys", prefix, after, limit);

export function getJson(key) {
  const text = get(key);
  return text === undefined ? undefined : JSON.parse(text);
}

export const setJson = (key, value, options) => set(key, JSON.stringify(value), options);

/** The store did not do as it was asked. */
export class StoreError extends Error {
  constructor(call, key, wire) {
    super(`store.${call}(${JSON.stringify(key)}): ${wire.tag}${wire.val == null ? "" : `: ${wire.val}`}`);
    this.name = "StoreError";
    this.ours = true;
    this.kind = wire.tag;
    this.retryable = wire.tag === "unavailable";
  }
}

function ask(call, key, ...rest) {
  try {
    return host().store[call](key, ...rest);
  } catch (error) {
    throw error.payload ? new StoreError(call, key, error.payload) : error;
  }
}
