// The library of a Sidepane plugin in JavaScript or TypeScript. `index.d.ts` says what each name does.

export * from "./card.js";
export * from "./errors.js";
export { field } from "./field.js";
export { html } from "./html.js";
export * as http from "./http.js";
export * as log from "./log.js";
export { plugin } from "./plugin.js";
export * from "./result.js";
export { settings } from "./settings.js";
export * as store from "./store.js";
