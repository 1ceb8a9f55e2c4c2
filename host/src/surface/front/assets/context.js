// Who the agent looks at, in the words of POST /v1/context, from what Front says is selected.

/** Kinds of conversations that go to and fro while both sides look. */
const CHATS = new Set(["facebook", "frontChat", "googlePlay", "intercom", "smooch", "sms", "tweet", "twitterDm", "whatsapp"]);
const PHONES = new Set(["phone", "phoneCall", "sms", "whatsapp"]);
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const PHONE = /^\+?[\d\s().-]{4,40}$/;

/** As many, and as long, as the server takes. */
const MOST_ATTRIBUTES = 64;
const LONGEST_NAME = 80;
const LONGEST = 1000;

const NOBODY = "Choose a conversation to see what is known of the customer.";

/**
 * @param {object} front a context of Front
 * @returns {{context: object|null, words: string}} `words` are shown where there is nobody
 */
export function lookedAt(front) {
  const nobody = { context: null, words: NOBODY };
  switch (front?.type) {
    case "singleConversation":
    case "singleConversationPopover":
    case "messageComposer":
      return front.conversation ? { context: ofConversation(front.conversation, front.teammate), words: "" } : nobody;
    case "multiConversations": {
      const count = front.conversations?.length ?? 0;
      return { context: null, words: `${count} conversations are selected. Choose one to see what is known of the customer.` };
    }
    default:
      return ofEntry(front) ?? nobody;
  }
}

/** The conversation that a context is about, by its id; none for all others. */
export function conversationOf(front) {
  const { context } = lookedAt(front);
  return context?.conversation_id ?? null;
}

function ofConversation(conversation, teammate) {
  const recipient = conversation.recipient ?? {};
  const contact = recipient.contact;
  const type = conversation.type;
  return {
    view: type === "phoneCall" ? "call" : CHATS.has(type) ? "chat" : "ticket",
    ...handles(type, recipient, contact),
    contact_name: text(contact?.name) ?? text(recipient.name),
    contact_linked: Boolean(contact),
    contact_id: text(contact?.id),
    conversation_id: text(conversation.id),
    ticket_id: text(conversation.ticketIds?.[0]),
    agent: agentOf(teammate),
    attributes: attributesOf(contact),
  };
}

/** The handle that the conversation is with, and what else the contact is reached by. */
function handles(type, recipient, contact) {
  const handle = text(recipient.handle);
  const found = { email: null, phone: null, external_id: null };
  if (handle && (recipient.type === "email" || EMAIL.test(handle))) found.email = handle;
  else if (handle && (PHONES.has(recipient.type) || (PHONES.has(type) && PHONE.test(handle)))) found.phone = handle;
  // A channel of the company's own names its people as the company does.
  else if (handle && type === "custom") found.external_id = handle;
  found.email ??= handleOf(contact, (kind) => kind === "email");
  found.phone ??= handleOf(contact, (kind) => PHONES.has(kind));
  return found;
}

function handleOf(contact, fits) {
  const handles = Array.isArray(contact?.handles) ? contact.handles : [];
  return text(handles.find((it) => fits(it?.type))?.handle);
}

/** A number that a teammate pressed, with no conversation open. */
function ofEntry(front) {
  const entry = front?.entryPoint;
  const phone = entry?.type === "CONTACT_HANDLE" && entry.data?.type === "phone" ? text(entry.data.handle) : null;
  return phone && { context: { view: "call", phone, agent: agentOf(front.teammate) }, words: "" };
}

function agentOf(teammate) {
  const agent = { id: text(teammate?.id), name: text(teammate?.name), email: text(teammate?.email) };
  return Object.values(agent).some(Boolean) ? agent : null;
}

function attributesOf(contact) {
  const all = Array.isArray(contact?.customAttributes) ? contact.customAttributes : [];
  const attributes = {};
  for (const { name, value } of all.slice(0, MOST_ATTRIBUTES)) {
    const told = written(value);
    if (text(name) && name.length <= LONGEST_NAME && told) attributes[name] = told;
  }
  return Object.keys(attributes).length ? attributes : null;
}

function written(value) {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return ["string", "number", "boolean"].includes(typeof value) ? text(String(value)) : null;
}

/** A text that says something and is no longer than the server takes. */
function text(value) {
  return typeof value === "string" && value !== "" && value.length <= LONGEST ? value : null;
}
