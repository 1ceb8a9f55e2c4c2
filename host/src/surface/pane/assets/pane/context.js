// Who is asked about: from the element's attributes, or as an object.

/** The fields of a context, as POST /v1/context takes them. Other names would be refused there. */
const FIELDS = [
  "view",
  "email",
  "phone",
  "external_id",
  "contact_name",
  "contact_linked",
  "ticket_id",
  "contact_id",
  "conversation_id",
  "call_id",
  "visitor",
  "agent",
  "attributes",
  "params",
  "locale",
  "time_zone",
];

const OBJECTS = new Set(["visitor", "agent", "attributes", "params"]);

/** The attributes of the element that say who is asked about: `external-id` for `external_id`. */
export const ATTRIBUTES = FIELDS.filter((name) => !OBJECTS.has(name)).map((name) => name.replaceAll("_", "-"));

/** What the attributes of an element say, or null if they say nothing. */
export function fromAttributes(element) {
  const context = {};
  for (const attribute of ATTRIBUTES) {
    const value = element.getAttribute(attribute);
    if (value === null || value === "") {
      // `contact-linked` alone, as with every attribute of HTML that is true or false, means true.
      if (attribute === "contact-linked" && value === "") context.contact_linked = true;
      continue;
    }
    const name = attribute.replaceAll("-", "_");
    context[name] = name === "contact_linked" ? value !== "false" : value;
  }
  return Object.keys(context).length ? context : null;
}

/** The known fields of an object, without those that say nothing; null if none is left. */
export function cleaned(given) {
  if (given === null || typeof given !== "object") return null;
  const context = {};
  for (const name of FIELDS) {
    const value = given[name];
    if (value !== null && value !== undefined && value !== "") context[name] = value;
  }
  return Object.keys(context).length ? context : null;
}
