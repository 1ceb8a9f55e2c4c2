// The operator's log.

import { host } from "./host.js";

const at = (level) => (message, fields = {}) => {
  const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  host().log.write(level, String(message), pairs);
};

export const error = at("error");
export const warn = at("warn");
export const info = at("info");
export const debug = at("debug");
export const trace = at("trace");

const shown = (level) => (...values) => at(level)(values.map(text).join(" "));

/** What `console` is in a component: lines in the log. */
export const console = {
  error: shown("error"),
  warn: shown("warn"),
  log: shown("info"),
  info: shown("info"),
  debug: shown("debug"),
  trace: shown("trace"),
};

function text(value) {
  if (value instanceof Error) {
    return `${value.name}: ${value.message}`;
  }
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
