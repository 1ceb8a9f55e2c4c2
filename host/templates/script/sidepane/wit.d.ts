// The words of the contract, made from the folder wit; change nothing here.
//
// What the host leaves out is null, what a plugin leaves out may be null or undefined.

/** Where a visitor is. */
export interface Visitor {
  /** The IP address they connect from, of either version, as text. */
  ip?: string | null;
  /** The page before them. */
  pageUrl?: string | null;
}

/** Somebody who works at the desk. */
export interface Agent {
  /** Their id at the desk. */
  id?: string | null;
  /** Their name as colleagues see it. */
  name?: string | null;
  /** Their e-mail address. */
  email?: string | null;
}

/**
 * A question: what is known of this contact?
 *
 * Its texts come straight from the desk, and some from the visitor, so encode them before they
 * go into a URL or markup. What a desk left out is none and not an empty text.
 */
export interface Context {
  /**
   * Which door the question came in by: `native`, `imbox`, `freshchat`, `front`,
   * `snapengage`, `chatwoot`, `mcp`, or one that a later host has.
   */
  surface: string;
  /**
   * What is open before the agent: `chat`, `ticket`, `call`, `contact`, or some other word
   * of the desk.
   */
  view: string;
  /**
   * The tenant, as the door's credential proves it; `default` where the operator has only
   * one.
   */
  account: string;
  /** A new id for every question. All that this call logs is filed under it. */
  requestId: string;
  /**
   * The linked contact's main address. If no contact is linked, the address that the
   * requester gave.
   */
  email?: string | null;
  /**
   * The linked contact's main number. If no contact is linked, the number that is calling.
   * The desk's spelling is kept.
   */
  phone?: string | null;
  /** Under which id the company's own systems know the contact. */
  externalId?: string | null;
  /** The contact's name on the agent's screen. */
  contactName?: string | null;
  /**
   * Whether the desk has tied the conversation to one of its contacts. If it has not, then
   * `email`, `phone` and `external-id` are only a visitor's word, and nothing confidential
   * should be shown because of them.
   */
  contactLinked: boolean;
  /** The open ticket, by the desk's id. */
  ticketId?: string | null;
  /** The linked contact, by the desk's id. */
  contactId?: string | null;
  /** The conversation, by the desk's id, which ImBox calls channelId and SnapEngage caseId. */
  conversationId?: string | null;
  /** The call on the line, by the desk's id. */
  callId?: string | null;
  /** Where the visitor is, as far as the desk tells. */
  visitor: Visitor;
  /** The agent who will read the card, if the desk tells. */
  agent?: Agent | null;
  /** What language the agent reads, as in BCP 47 (`sv-SE`). Labels in it are welcome. */
  locale?: string | null;
  /** What time zone the agent works in, as IANA names it (`Europe/Stockholm`). */
  timeZone?: string | null;
  /**
   * Values that the company's web site noted about the visitor, with their names. In Smart
   * Plugs these were `user.tag.*`.
   */
  attributes: [string, string][];
  /**
   * Fixed values that an administrator entered at the desk for this integration, as a query
   * or a body. Anything but text is written as JSON.
   */
  params: [string, string][];
  /** Room for later desks and hosts, by name. Skip names you have no use for. */
  extra: [string, string][];
}

/** What an actor is. */
export type ActorKind = "user" | "agent" | "bot" | "system" | "other";

/** The one behind an event. */
export interface Actor {
  /**
   * What they are. If a plugin writes messages it should pass over those of `bot` and
   * `system`, since its own are among them.
   */
  kind: ActorKind;
  /** Their id at the desk. */
  id?: string | null;
  /** Their name in full. */
  name?: string | null;
  /** Their e-mail address. */
  email?: string | null;
  /** Their telephone number, in the desk's spelling. */
  phone?: string | null;
  /** What made a bot or the desk act, in the desk's word (`ASSIGNMENT_RULE`). */
  cause?: string | null;
}

/** Somebody the desk is in contact with. Their names, addresses and numbers are unproven. */
export interface Contact {
  /** Their id at the desk. */
  id?: string | null;
  /** Their id in the company's own systems. */
  externalId?: string | null;
  /** Their name in full. */
  name?: string | null;
  /** Their e-mail address. */
  email?: string | null;
  /** Their telephone number, in the desk's spelling. */
  phone?: string | null;
  /**
   * Values that the company's web site noted, with their names. Anything but text is written
   * as JSON.
   */
  attributes: [string, string][];
}

/** Something that the desk knows by an id. */
export interface Entity {
  /** The id. */
  id: string;
  /** What it is called, if the desk said so in this event. */
  name?: string | null;
}

/** A conversation at the desk. */
export interface Conversation {
  /** Its id at the desk. */
  id: string;
  /** How it stands: `open`, `pending`, `resolved`. Later hosts may have more words. */
  status?: string | null;
  /** How it stands in the desk's own word: `new`, `assigned`, `snoozed` and so on. */
  vendorStatus?: string | null;
  /** The inbox, topic or telephone number it came in by. */
  channel?: Entity | null;
  /** Which group has it. */
  group?: Entity | null;
  /** Which agent has it. */
  agent?: Entity | null;
  /** The labels (or tags) on it. */
  labels: string[];
  /** Values kept with it, with their names. Anything but text is written as JSON. */
  attributes: [string, string][];
}

/** For whose eyes a message is. */
export type MessageKind = "public" | "private" | "system" | "other";

/** From whom to whom a message went. */
export type MessageDirection = "incoming" | "outgoing" | "other";

/**
 * A link, picture or file that came with a message. Only its address is here; `http` can fetch
 * it, if the grant permits.
 */
export interface Attachment {
  /** What it is: `image`, `video`, `audio`, `file`, `link`. Later hosts may have more words. */
  kind: string;
  /** Its address. */
  url: string;
  /** What it is called: a file's name, a link's words. */
  name?: string | null;
  /** Which media type it has (`image/png`). */
  contentType?: string | null;
}

/** A part for which this version has no case of its own. */
export interface OtherPart {
  /** What the desk calls it (`quick_reply_button`). */
  kind: string;
  /** The words in it that people see, if any. */
  text: string;
  /** All of it, in the desk's JSON. */
  json: string;
}

/** A part of a message. */
export type MessagePart =
  /** Text. */
  | { tag: "text"; val: string }
  /** A link, a picture, a file. */
  | { tag: "attachment"; val: Attachment }
  /** Something else. */
  | { tag: "other"; val: OtherPart };

/** A message in a conversation. */
export interface Message {
  /** Its id at the desk. */
  id?: string | null;
  /** For whose eyes it is. */
  kind: MessageKind;
  /** From whom to whom it went. */
  direction: MessageDirection;
  /** Its words: all parts of text with `\n` between them, or nothing if it has no such part. */
  text: string;
  /** Every part in its order. Parts that hold parts are taken apart. */
  parts: MessagePart[];
}

/** The heading of a change. */
export type ChangeKind = "model" | "system" | "misc" | "other";

/** Something that is not as it was. */
export interface Change {
  /** Under which heading the desk reported it. */
  kind: ChangeKind;
  /** What it is, in the desk's word (`status`, `assigned_agent_id`). */
  field: string;
  /** What it was. Text stands as it is and all else as JSON; null and absent are none. */
  oldValue?: string | null;
  /** What it is now, written likewise. */
  newValue?: string | null;
  /**
   * True when the contact or conversation in the same event contradicts it. Which value is the
   * older one then rests on the desk's habit alone.
   */
  disputed: boolean;
}

/** Something happened. */
export interface Event {
  /**
   * Its id, used once by its `source`. A second delivery bears the same one, so it tells
   * repetitions apart from news.
   */
  id: string;
  /** Who reported it: `freshchat`, `chatwoot`, or the name that a sender to `/v1/events` chose. */
  source: string;
  /**
   * What kind of thing: `conversation.created`, `conversation.updated`, `message.created`,
   * `contact.created`, `contact.updated`, `agent.activity`. Later hosts may add more of this
   * `noun.verb` form.
   */
  eventType: string;
  /** What the desk itself calls it (`onConversationCreate`). */
  vendorType?: string | null;
  /**
   * The moment, in RFC 3339, always UTC and always with milliseconds
   * (`2026-11-22T14:25:08.123Z`). Sorting the texts sorts the moments.
   */
  time: string;
  /** The tenant, as the door's credential proves it. */
  account: string;
  /** In which region the desk keeps its data, in the desk's word (`EU`). */
  region?: string | null;
  /** How many times this plugin has been given the event, this time included. */
  attempt: number;
  /** Who made it happen. */
  actor?: Actor | null;
  /** The contact concerned. */
  contact?: Contact | null;
  /** The conversation concerned, in the state the event left it in. */
  conversation?: Conversation | null;
  /** The message, if the event is about one. */
  message?: Message | null;
  /** The differences, if the event is about a change. */
  changes: Change[];
  /** What the desk sent, as JSON text. The settings of the installation are taken out. */
  raw: string;
  /** Room for later desks and hosts, by name; now `domain` and `version`. */
  extra: [string, string][];
}

/** Something to choose. */
export interface Choice {
  /** The text that reaches the plugin; no two choices of a field share it. */
  value: string;
  /** The text that people see. */
  label: string;
}

/** The values a field takes, and the text each of them travels as. */
export type FieldKind =
  /** A single line, just as typed. */
  | { tag: "text" }
  /** Lines, just as typed, each ended by `\n`. */
  | { tag: "paragraph" }
  /** A number in JSON's notation (`12`, `-0.5`). */
  | { tag: "number" }
  /** A calendar day: `2026-11-22`. */
  | { tag: "date" }
  /** An e-mail address. */
  | { tag: "email" }
  /** A whole URL, `https` or `http`. */
  | { tag: "url" }
  /** Yes or no, written `true` or `false`. */
  | { tag: "checkbox" }
  /** Exactly one choice, written as its `value`. */
  | { tag: "select"; val: Choice[] }
  /** Any number of choices, their `value`s written as a JSON array: `["a","b"]`. */
  | { tag: "multi-select"; val: Choice[] }
  /**
   * A kind from a version after this one. Where its name is not known, a single line of
   * text takes its place.
   */
  | { tag: "other"; val: string };

/** One thing to fill in. */
export interface Field {
  /** The key of the value when it comes back: `[a-z0-9_]{1,64}`, once in a form. */
  name: string;
  /** The words next to it. */
  label: string;
  /** A sentence of explanation below it, if it needs one. */
  help?: string | null;
  /** Which values it takes. */
  kind: FieldKind;
  /** What it holds before a person touches it, written as its kind says. None: empty. */
  defaultValue?: string | null;
  /** If set, an empty value does not get past the host, and the plugin is not called with one. */
  required: boolean;
}

/** A link; following it opens a tab. */
export interface Link {
  /** The whole URL. It is `https`, `mailto` or `tel`, and with the operator's consent `http`. */
  url: string;
  /** The words to follow; none shows the host's name from the URL. */
  text?: string | null;
}

/** A label and its value. */
export interface Row {
  /** The label. */
  label: string;
  /** The value. */
  text: string;
  /** Where the value leads when it is clicked; the same URLs as in `link`. */
  url?: string | null;
}

/** A place in a table. */
export interface Cell {
  /** What it says, which may be nothing. */
  text: string;
  /** Where it leads when it is clicked; the same URLs as in `link`. */
  url?: string | null;
}

/** Rows and columns. Each row needs exactly one cell for every header. */
export interface Table {
  /** What stands above the columns. */
  headers: string[];
  /** The cells, row by row. */
  rows: Cell[][];
}

/** A piece for which this version has no case of its own. */
export interface OtherElement {
  /** What it is called in the version that has it. */
  kind: string;
  /** What to show where it is not known, without markup. If empty, nothing is shown. */
  text: string;
  /** What it consists of, in JSON, where it is known. */
  json: string;
}

/** One piece behind a fold. The cases mean what they mean in `element`. */
export type AccordionElement =
  /** Pairs of a label and a value. */
  | { tag: "list"; val: Row[] }
  /** Values in rows and columns. */
  | { tag: "table"; val: Table }
  /** Markup, cleaned and framed. */
  | { tag: "html"; val: string }
  /** A piece that a later version knows. */
  | { tag: "other"; val: OtherElement };

/** Pieces behind a fold. Folds do not nest. */
export interface Accordion {
  /** The words on the fold. */
  name: string;
  /** True to begin unfolded. */
  open: boolean;
  /** What is behind it, from top to bottom. */
  data: AccordionElement[];
}

/** The looks of a button. */
export type ButtonStyle = "plain" | "primary" | "danger";

/** A question put before a button takes effect. */
export interface Confirm {
  /** The question itself: `Refund 42 EUR?` */
  title: string;
  /** What else to consider, if anything. */
  text?: string | null;
  /** The words for yes. The words for no are the host's. */
  button: string;
}

/** Something to press. The press comes back to this plugin through `action.submit`. */
export interface Button {
  /** Which of the manifest's `actions` it stands for. */
  id: string;
  /** The words on it. */
  label: string;
  /** Its looks. */
  style: ButtonStyle;
  /**
   * What to act on, such as an order's number, in up to 1 KiB. The plugin gets it back as it
   * was: the host signs it, so that an agent's browser may show but not alter it.
   */
  value: string;
  /** A question to put first. None: a press takes effect at once. */
  confirm?: Confirm | null;
  /** A form to fill in first; may be empty. */
  fields: Field[];
}

/** One piece of a block. */
export type Element =
  /** Pairs of a label and a value, one under the other. */
  | { tag: "list"; val: Row[] }
  /** Values in rows and columns. */
  | { tag: "table"; val: Table }
  /**
   * Markup, for what cannot be said otherwise. Nobody trusts it: the host cleans it, and it
   * is shown in a frame that has no origin, runs no script and reaches no network.
   */
  | { tag: "html"; val: string }
  /** Pieces behind a fold. */
  | { tag: "accordion"; val: Accordion }
  /** A row of buttons. Where a desk has no way of pressing them, they are not shown. */
  | { tag: "actions"; val: Button[] }
  /** A piece that a later version knows. Hosts that do not know it show its `text`. */
  | { tag: "other"; val: OtherElement };

/** A headed part of a card. Agents can fold it away. */
export interface Block {
  /**
   * Its heading. Do not vary it between calls: the pane remembers by this name which blocks
   * an agent has folded.
   */
  name: string;
  /**
   * The picture before the heading, by its name in Material Symbols (`receipt_long`). With
   * none, or a name that does not exist, there is no picture.
   */
  icon?: string | null;
  /** Its elements, from top to bottom. */
  data: Element[];
}

/** What one plugin shows about one contact. */
export interface Card {
  /**
   * What the contact is called in this plugin's source; none if it has nothing to say on
   * that. Of several plugins, the one that the operator put highest decides.
   */
  contactName?: string | null;
  /**
   * A page about the contact in another system. Of several plugins, again the highest
   * decides.
   */
  contactLink?: Link | null;
  /**
   * The seconds during which the host may answer the same context with this very card.
   * None: it has to ask each time.
   */
  cacheS?: number | null;
  /** The parts, from top to bottom. Without any, name and link are all there is. */
  blocks: Block[];
  /** Room for later hosts, by name. Names that a host has never heard of do no harm. */
  extra: [string, string][];
}

/**
 * A call that could not be answered.
 *
 * The rest of the pane is not affected. In this plugin's place agents read that its card is not
 * available.
 */
export interface PluginError {
  /**
   * For the agent, up to 1 KiB: how to go on without this card. Leave out addresses and codes.
   * None: the host has a sentence of its own.
   */
  agentMessage?: string | null;
  /** For the log and nobody else, up to 4 KiB: what went wrong, and in which step. */
  logMessage: string;
  /**
   * Set it if another try may well work and this one changed nothing. The agent can then ask
   * again, and until then the host may show a card from earlier.
   */
  retryable: boolean;
}

/** A button was pressed. */
export interface Action {
  /** Which: the `id` it had. */
  id: string;
  /** The `value` it had. The host's signature guarantees that nobody altered it. */
  value: string;
  /**
   * What was filled in, by the field's name, written as the field's kind says. The host has
   * checked what is required and what can be chosen; beyond that a person may have typed
   * anything.
   */
  fields: [string, string][];
  /**
   * Names this press. Trying again does not change it, which is what APIs want to see as an
   * idempotency key.
   */
  idempotencyKey: string;
  /** The context of the card the button was on. Its `agent` did the pressing. */
  context: Context;
}

/** Somebody to hand a conversation to. With both fields none, nobody has it. */
export interface Assignee {
  /** An agent, by the desk's id or by e-mail address. */
  agent?: string | null;
  /** A group, by the desk's id. */
  group?: string | null;
}

/** A step for which this version has no case of its own. */
export interface OtherCommand {
  /** What it is called (`untag`). */
  kind: string;
  /** What agents read where it cannot be done. If empty, nothing is shown. */
  text: string;
  /** What it consists of, in JSON, where it can. */
  json: string;
}

/** A step for the agent's desk. */
export type Command =
  /** Show a page in another tab. The URLs of `link` are acceptable. */
  | { tag: "open-url"; val: string }
  /** Offer a text for copying, by one press. */
  | { tag: "copy"; val: string }
  /** Append plain text to what the agent is writing. The agent still has to send it. */
  | { tag: "insert-draft"; val: string }
  /** Put tags (labels, in some desks) on the conversation. */
  | { tag: "add-tags"; val: string[] }
  /** Hand the conversation to somebody. */
  | { tag: "assign"; val: Assignee }
  /** Give the conversation a status that the desk has a word for. */
  | { tag: "set-status"; val: string }
  /** Keep a link with the conversation. */
  | { tag: "add-link"; val: Link }
  /** Flash a short text. */
  | { tag: "notify"; val: string }
  /** A step that one desk or a later version knows. Elsewhere its `text` is shown. */
  | { tag: "other"; val: OtherCommand };

/** The outcome of a press. */
export interface ActionResult {
  /** Words for the agent, shown at the button. None: the host says `Done`. */
  message?: string | null;
  /** How the card looks afterwards. None: the host finds out through `contact-context.render`. */
  card?: Card | null;
  /**
   * Names of fields that cannot be accepted, each with the reason in the agent's words. If
   * any are given the form stays where it is, and the plugin must have changed nothing.
   */
  fieldErrors: [string, string][];
  /**
   * What the desk should do next, step by step. Steps that a desk has no means for turn into
   * text for the agent to copy.
   */
  commands: Command[];
  /** Room for later hosts, by name. Names that a host has never heard of do no harm. */
  extra: [string, string][];
}

/** Ways to write a secret into a header. */
export type SecretFormat =
  /** As it is. */
  | { tag: "raw" }
  /** Behind the word `Bearer`. */
  | { tag: "bearer" }
  /**
   * As the user of basic authentication; the case's text is the password (Freshdesk takes
   * any, by custom `X`).
   */
  | { tag: "basic-user"; val: string }
  /** As the password of basic authentication; the case's text is the user. */
  | { tag: "basic-password"; val: string };

/**
 * A secret and how to write it. The request must go to a place where the manifest and the
 * grant both permit this secret.
 */
export interface SecretValue {
  /** Which one, by its name in the manifest. */
  name: string;
  /** The way to write it. */
  format: SecretFormat;
}

/** What stands behind a header's name. */
export type HeaderValue =
  /** This text. */
  | { tag: "plain"; val: string }
  /**
   * A secret, filled in by the host. Even if the server echoes it, the plugin does not get
   * to see it.
   */
  | { tag: "secret"; val: SecretValue };

/** Bytes of a body, in whichever of two forms suits them. */
export type Body =
  /**
   * Text in UTF-8. Any answer that is valid UTF-8 has this form, no matter what its
   * `content-type` claims, for in some languages decoding bytes is expensive.
   */
  | { tag: "text"; val: string }
  /** All else. */
  | { tag: "bytes"; val: Uint8Array };

/** What to send. */
export interface Request {
  /** The method in capitals (`GET`, `POST`). The host never sends `CONNECT` or `TRACE`. */
  method: string;
  /** The whole URL, percent-encoded where it must be. It has no fragment, user or password. */
  url: string;
  /** Header names, in whatever case, with their values. Up to 100, and 32 KiB together. */
  headers: [string, HeaderValue][];
  /**
   * What follows the headers, if anything. A `content-type` has to be given: the host adds
   * none.
   */
  body?: Body | null;
  /**
   * How long it may take from start to end. The call's remaining time is the upper bound,
   * and is used when this is none.
   */
  timeoutMs?: number | null;
}

/** What a server answered. A status of 404 or 500 is an answer too. */
export interface Response {
  /** From 200 to 599. */
  status: number;
  /**
   * The headers in the server's order, names in lower case, repetitions kept. Missing are
   * `set-cookie` and any that would reveal a secret.
   */
  headers: [string, string][];
  /** The bytes behind them. For an answer without any, an empty text. */
  body: Body;
}

/** The rule that forbade a request. */
export interface Denial {
  /**
   * One of `url`, `scheme`, `host`, `port`, `path`, `method`, `header`, `secret`, `address`;
   * later hosts may have more.
   */
  rule: string;
  /**
   * The lines that an operator could add to the grant, none if no line would help. They are
   * in the host's log already, so a plugin need not hand them on, least of all to an agent.
   */
  hint?: string | null;
}

/** Stages of a request. */
export type Phase = "resolve" | "connect" | "tls" | "send" | "wait" | "receive";

/**
 * Reasons why nothing was answered. After `denied` and `quota` it is certain that no byte left
 * the host; after any other the server may or may not have acted on the request.
 */
export type HttpError =
  /** A rule forbids it. */
  | { tag: "denied"; val: Denial }
  /** There is no address for the name. */
  | { tag: "dns"; val: string }
  /** The server cannot be reached. */
  | { tag: "connect"; val: string }
  /** The server's identity is not proven, or no encryption could be agreed on. */
  | { tag: "tls"; val: string }
  /** Time ran out, and this is what it was doing. */
  | { tag: "timeout"; val: Phase }
  /** One of the two bodies exceeds this number of bytes. */
  | { tag: "too-large"; val: number }
  /** This call has no requests or no bytes left; the text tells which. */
  | { tag: "quota"; val: string }
  /** The answer ended too early or was never HTTP. */
  | { tag: "protocol"; val: string }
  /** Some other failure. The text is meant for the log, programs should not look at it. */
  | { tag: "other"; val: string };

/** How urgent a line is. */
export type Level = "error" | "warn" | "info" | "debug" | "trace";

/** One place to send requests to. */
export interface Host {
  /**
   * A scheme, a host, a port if it is unusual, and the start of the path in whole segments:
   * `https://api.example.com/v1/`. The first label may be a `*`, for one or more labels
   * (`https://*.example.com/`). Where nobody but the operator can know the host, all of it
   * may be (`https://*`), and with it the port if none is written: then the grant says which.
   */
  url: string;
  /** The methods, in capitals. An empty list: only `GET`. */
  methods: string[];
  /** What for. One sentence, addressed to the operator who is about to grant it. */
  reason: string;
  /** Which of `secrets` requests to this place may carry. */
  secrets: string[];
}

/** A secret: the plugin knows its name, and only the host its value. */
export interface Secret {
  /** What both grants and requests call it: `[a-z0-9_]{1,64}`. */
  name: string;
  /** A sentence for the operator: what this is, and where it can be had. */
  reason: string;
}

/** A thing the plugin can be told to do. */
export interface ServedAction {
  /** The `id` that buttons for it bear: `[a-z0-9_-]{1,64}`. */
  id: string;
  /**
   * A sentence on what changes through it. Operators read it, and so do AI agents to whom
   * the action is handed as a tool.
   */
  description: string;
}

/** All that an operator learns before deciding on a grant. */
export interface Manifest {
  /**
   * A title for people, up to 64 characters long. It is not the plugin's id: that is the
   * file's name without `.wasm`.
   */
  name: string;
  /** Which version of the plugin this is (SemVer). The host prints it and never compares it. */
  version: string;
  /** Where it sends requests. An empty list: nowhere. */
  hosts: Host[];
  /** The secrets that its requests carry in headers. An empty list: none. */
  secrets: Secret[];
  /** Its settings; a form shows them in this order. */
  settings: Field[];
  /**
   * The views it has a card for: `chat`, `ticket`, `call`, `contact`, or a word of the desk's
   * own. An empty list: all of them. Without an export `contact-context` it has no meaning.
   */
  views: string[];
  /**
   * The events it takes, each as a normal type (`message.created`), as a vendor's
   * (`freshchat:onMessageCreate`), or `*` for every one. An empty list: none, so that an
   * export `product-event` stays unused.
   */
  events: string[];
  /** What its buttons can do. The host refuses a button whose id is not in this list. */
  actions: ServedAction[];
  /**
   * Room for later versions, by name. `sidepane check` prints `author`, `homepage` and
   * `license`; names that a host has never heard of do no harm.
   */
  extra: [string, string][];
}

/** A pause before the next try. */
export interface Retry {
  /** The shortest pause, in seconds. The operator's bounds apply to it. */
  afterS: number;
  /** The reason, for whoever reads the log. */
  reason: string;
}

/**
 * The event was not dealt with; this is what should happen to it now.
 *
 * Operators read the texts in the log and beside dead deliveries, agents never do. Each holds
 * up to 4 KiB.
 */
export type EventError =
  /** Deliver it again after a pause of a given length. */
  | { tag: "retry-after"; val: Retry }
  /**
   * Stop trying. The delivery becomes a dead letter, and an operator may replay it. The text
   * says why.
   */
  | { tag: "give-up"; val: string }
  /**
   * It failed in some other way, told in the text. The host tries again when its own
   * schedule says so.
   */
  | { tag: "other"; val: string };

/** Reasons why reading or writing failed. */
export type StoreError =
  /** The key or the value exceeds this number of bytes. */
  | { tag: "too-large"; val: number }
  /** No room left for this plugin, or no operations left for this call; the text tells which. */
  | { tag: "quota"; val: string }
  /** `increment` met a value that is no whole number. */
  | { tag: "not-a-number" }
  /** The storage gives no answer now and may do so later. */
  | { tag: "unavailable"; val: string }
  /** Values are not kept by this host. */
  | { tag: "unsupported" }
  /** Some other failure. The text is meant for the log, programs should not look at it. */
  | { tag: "other"; val: string };
