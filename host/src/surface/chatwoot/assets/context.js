// Who the agent looks at, in the words of POST /v1/context, from what Chatwoot tells a dashboard app.

/** Channels through which anybody can claim any address: there only Chatwoot's HMAC makes it known. */
const CLAIMED = new Set(["Channel::WebWidget", "Channel::Api"]);
const VIEWS = { "Channel::Email": "ticket", "Channel::Voice": "call" };

/** As many, and as long, as the server takes. */
const MOST_ATTRIBUTES = 64;
const LONGEST_NAME = 80;
const LONGEST = 1000;

/** @returns {object|null} null where nobody is open */
export function lookedAt(told) {
  const conversation = object(told?.conversation);
  const contact = object(told?.contact) ?? object(conversation?.meta?.sender);
  if (!conversation && !contact) return null;
  const channel = conversation?.meta?.channel;
  return {
    view: (Object.hasOwn(VIEWS, channel ?? "") && VIEWS[channel]) || "chat",
    email: text(contact?.email),
    phone: text(contact?.phone_number),
    external_id: text(contact?.identifier),
    contact_name: text(contact?.name),
    contact_linked: !CLAIMED.has(channel) || conversation.meta.hmac_verified === true,
    contact_id: text(contact?.id),
    conversation_id: text(conversation?.id),
    agent: agentOf(told.currentAgent),
    attributes: attributesOf(contact?.custom_attributes),
  };
}

function agentOf(told) {
  const agent = { id: text(told?.id), name: text(told?.name), email: text(told?.email) };
  return Object.values(agent).some(Boolean) ? agent : null;
}

function attributesOf(told) {
  const attributes = {};
  for (const [name, value] of Object.entries(object(told) ?? {}).slice(0, MOST_ATTRIBUTES)) {
    const said = text(value);
    if (said && name && name.length <= LONGEST_NAME) attributes[name] = said;
  }
  return Object.keys(attributes).length ? attributes : null;
}

function object(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

/** A text, number or truth that says something and is no longer than the server takes. */
function text(value) {
  if (!["string", "number", "boolean"].includes(typeof value)) return null;
  const written = String(value);
  return written !== "" && written.length <= LONGEST ? written : null;
}
