// Markup, with everything that is put in escaped.

/** Markup that is made already; only `html` makes it. */
export class Html {
  constructor(markup) {
    this.markup = markup;
  }
}

/** Markup from a template: html`<p>${note.text}</p>`. */
export function html(strings, ...values) {
  return new Html(strings.raw.map((piece, at) => piece + (at < values.length ? part(values[at]) : "")).join(""));
}

function part(value) {
  if (value instanceof Html) {
    return value.markup;
  }
  if (Array.isArray(value)) {
    return value.map(part).join("");
  }
  return value == null || value === false ? "" : escape(String(value));
}

const NAMES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escape(text) {
  return text.replace(/[&<>"']/g, (char) => NAMES[char]);
}
