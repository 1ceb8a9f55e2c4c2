// What the operator set, each value as its field's kind says.

import { read } from "./field.js";
import { host } from "./host.js";

let kinds = new Map();

/** The fields of the manifest, by which values are read. */
export function know(fields) {
  kinds = new Map(fields.map((field) => [field.name, field.kind]));
}

/** All settings that have a value, by name. */
export function settings() {
  return Object.fromEntries(host().settings.all().map(([name, text]) => [name, read(kinds.get(name), text)]));
}
