// The form of a button: one control for each field, and the text its value travels as.

import { el, fresh, words } from "./dom.js";

/** Fields whose control is an input of a type of its own; every other kind is a line of text. */
const INPUTS = { text: "text", number: "number", date: "date", email: "email", url: "url" };

/**
 * All fields of a button.
 *
 * @param {object[]} fields as in the card
 * @returns {{node: HTMLElement, values: () => Record<string, string>, check: () => boolean,
 *   complain: (errors: Record<string, string>) => boolean, focus: () => void}} `check` says whether
 *   all that is required is there, `complain` whether any of the errors had a field to stand at; both
 *   focus the first one at fault
 */
export function form(fields) {
  const made = fields.map(field);
  const complain = (errors) => {
    let first = null;
    for (const it of made) {
      const text = errors[it.name];
      it.fault(text ?? null);
      if (text) first ??= it;
    }
    first?.focus();
    return first !== null;
  };
  const missing = () => {
    const faults = made.map((it) => [it.name, it.wanting()]);
    return Object.fromEntries(faults.filter(([, fault]) => fault));
  };
  return {
    node: el("div", { class: "fields" }, ...made.map((it) => it.node)),
    values: () => Object.fromEntries(made.map((it) => [it.name, it.value()])),
    check: () => !complain(missing()),
    complain,
    focus: () => made[0]?.focus(),
  };
}

function field(given) {
  const ids = { control: fresh("field"), help: fresh("help"), fault: fresh("fault") };
  const control = controlOf(given, ids);
  const help = given.help ? el("p", { class: "help", id: ids.help }, words(given.help)) : null;
  const fault = el("p", { class: "fault", id: ids.fault, hidden: true });
  const described = (wrong) =>
    [wrong && ids.fault, help && ids.help].filter(Boolean).join(" ") || null;
  const setFault = (text) => {
    fault.hidden = !text;
    fault.textContent = text ?? "";
    for (const it of control.named) {
      attribute(it, "aria-invalid", text ? "true" : null);
      attribute(it, "aria-describedby", described(Boolean(text)));
    }
  };
  setFault(null);
  control.node.addEventListener("input", () => fault.hidden || setFault(null));
  return {
    name: given.name,
    node: wrapped(given, control, ids, help, fault),
    value: control.value,
    wanting: () => control.odd?.() || (given.required && control.value() === (control.empty ?? "") ? control.ask : null),
    fault: setFault,
    focus: () => control.named[0]?.focus(),
  };
}

function wrapped(given, control, ids, help, fault) {
  const star = given.required ? el("span", { class: "star", "aria-hidden": "true", text: " *" }) : null;
  if (control.group) {
    control.node.prepend(el("legend", {}, words(given.label ?? given.name), star));
    return el("div", { class: "field" }, control.node, help, fault);
  }
  const label = el("label", { for: ids.control }, words(given.label ?? given.name), star);
  if (control.beside) return el("div", { class: "field check" }, control.node, label, help, fault);
  return el("div", { class: "field" }, label, control.node, help, fault);
}

/** The control of a field: its node, what carries the description, and the text of its value. */
function controlOf(given, ids) {
  const start = given.default_value ?? "";
  const has = { id: ids.control, "aria-required": given.required ? "true" : null };
  switch (given.type) {
    case "paragraph":
      return paragraph(has, start);
    case "checkbox":
      return checkbox(has, start);
    case "select":
      return select(has, given, start);
    case "multi_select":
      return many(given, start);
    default:
      return input(has, INPUTS[given.type] ?? "text", start);
  }
}

function input(has, type, start) {
  const node = el("input", { ...has, type, step: type === "number" ? "any" : null, autocomplete: "off" });
  node.value = start;
  // What is no number, or half a date, reads as empty in a browser, which would hide the mistake.
  const odd = () => (node.validity.badInput ? `This is not a ${type}.` : null);
  const value = () => (type === "number" ? jsonNumber(node.value) : node.value);
  return { node, named: [node], value, odd, ask: "Fill this in." };
}

/** Browsers allow `05` and `.5`, JSON does not. */
function jsonNumber(text) {
  if (text === "" || /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return text;
  return String(Number(text));
}

function paragraph(has, start) {
  const node = el("textarea", { ...has, rows: 3 });
  node.value = start;
  return { node, named: [node], value: () => node.value, ask: "Fill this in." };
}

function checkbox(has, start) {
  const node = el("input", { ...has, type: "checkbox" });
  node.checked = start === "true";
  const value = () => String(node.checked);
  return { node, named: [node], beside: true, value, empty: "false", ask: "This has to be ticked." };
}

function select(has, given, start) {
  const options = given.options ?? [];
  const node = el("select", has);
  // Nothing is chosen for the agent, unless the plugin said so.
  if (!options.some((it) => it.value === start)) {
    node.append(el("option", { value: "", text: given.required ? "Choose…" : "–" }));
  } else if (!given.required) {
    node.append(el("option", { value: "", text: "–" }));
  }
  for (const option of options) node.append(el("option", { value: option.value, text: option.label }));
  node.value = options.some((it) => it.value === start) ? start : "";
  return { node, named: [node], value: () => node.value, ask: "Choose one." };
}

function many(given, start) {
  const chosen = new Set(texts(start));
  const boxes = (given.options ?? []).map((option) => {
    const box = el("input", { type: "checkbox", value: option.value });
    box.checked = chosen.has(option.value);
    return [box, el("label", { class: "option" }, box, words(option.label))];
  });
  const node = el("fieldset", {}, el("div", { class: "options" }, ...boxes.map(([, label]) => label)));
  const value = () => JSON.stringify(boxes.filter(([box]) => box.checked).map(([box]) => box.value));
  return { node, named: boxes.map(([box]) => box), group: true, value, empty: "[]", ask: "Choose at least one." };
}

function texts(json) {
  try {
    const list = JSON.parse(json || "[]");
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function attribute(node, name, value) {
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}
