// Things to fill in: settings in a manifest, forms of buttons.

const plain = (kind) => (name, label, options) => make(name, label, { tag: kind }, options);
const choosing = (kind) => (name, label, choices, options) => {
  const val = choices.map((choice) => {
    const [value, shown] = Array.isArray(choice) ? choice : [choice, choice];
    return { value, label: shown };
  });
  return make(name, label, { tag: kind, val }, options);
};

/** One thing to fill in, by its kind. */
export const field = {
  text: plain("text"),
  paragraph: plain("paragraph"),
  number: plain("number"),
  date: plain("date"),
  email: plain("email"),
  url: plain("url"),
  checkbox: plain("checkbox"),
  select: choosing("select"),
  multiSelect: choosing("multi-select"),
};

function make(name, label, kind, { help, value, required = false } = {}) {
  return { name, label, help, kind, defaultValue: written(value), required };
}

function written(value) {
  if (value == null) {
    return undefined;
  }
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** A text as the value that its field's kind stands for. */
export function read(kind, text) {
  switch (kind?.tag) {
    case "number":
      return text === "" ? undefined : Number(text);
    case "checkbox":
      return text === "true";
    case "multi-select":
      return text === "" ? [] : JSON.parse(text);
    default:
      return text;
  }
}
