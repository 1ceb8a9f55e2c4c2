"""The words of the contract, made from the folder wit; change nothing here.

What may be left out is given by name: `Row("Order", "1001", url="https://…")`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


@dataclass
class Visitor:
    """Where a visitor is."""

    _wit = ("context", "Visitor")
    # The IP address they connect from, of either version, as text.
    ip: str | None = field(default=None, kw_only=True)
    # The page before them.
    page_url: str | None = field(default=None, kw_only=True)


@dataclass
class Agent:
    """Somebody who works at the desk."""

    _wit = ("context", "Agent")
    # Their id at the desk.
    id: str | None = field(default=None, kw_only=True)
    # Their name as colleagues see it.
    name: str | None = field(default=None, kw_only=True)
    # Their e-mail address.
    email: str | None = field(default=None, kw_only=True)


@dataclass
class Context:
    """A question: what is known of this contact?

    Its texts come straight from the desk, and some from the visitor, so encode them before they
    go into a URL or markup. What a desk left out is none and not an empty text.
    """

    _wit = ("context", "Context")
    # Which door the question came in by: `native`, `imbox`, `freshchat`, `front`,
    # `snapengage`, `chatwoot`, `mcp`, or one that a later host has.
    surface: str
    # What is open before the agent: `chat`, `ticket`, `call`, `contact`, or some other word
    # of the desk.
    view: str
    # The tenant, as the door's credential proves it; `default` where the operator has only
    # one.
    account: str
    # A new id for every question. All that this call logs is filed under it.
    request_id: str
    # The linked contact's main address. If no contact is linked, the address that the
    # requester gave.
    email: str | None = field(default=None, kw_only=True)
    # The linked contact's main number. If no contact is linked, the number that is calling.
    # The desk's spelling is kept.
    phone: str | None = field(default=None, kw_only=True)
    # Under which id the company's own systems know the contact.
    external_id: str | None = field(default=None, kw_only=True)
    # The contact's name on the agent's screen.
    contact_name: str | None = field(default=None, kw_only=True)
    # Whether the desk has tied the conversation to one of its contacts. If it has not, then
    # `email`, `phone` and `external-id` are only a visitor's word, and nothing confidential
    # should be shown because of them.
    contact_linked: bool = field(default=False, kw_only=True)
    # The open ticket, by the desk's id.
    ticket_id: str | None = field(default=None, kw_only=True)
    # The linked contact, by the desk's id.
    contact_id: str | None = field(default=None, kw_only=True)
    # The conversation, by the desk's id, which ImBox calls channelId and SnapEngage caseId.
    conversation_id: str | None = field(default=None, kw_only=True)
    # The call on the line, by the desk's id.
    call_id: str | None = field(default=None, kw_only=True)
    # Where the visitor is, as far as the desk tells.
    visitor: Visitor
    # The agent who will read the card, if the desk tells.
    agent: Agent | None = field(default=None, kw_only=True)
    # What language the agent reads, as in BCP 47 (`sv-SE`). Labels in it are welcome.
    locale: str | None = field(default=None, kw_only=True)
    # What time zone the agent works in, as IANA names it (`Europe/Stockholm`).
    time_zone: str | None = field(default=None, kw_only=True)
    # Values that the company's web site noted about the visitor, with their names. In Smart
    # Plugs these were `user.tag.*`.
    attributes: list[tuple[str, str]] = field(default_factory=list, kw_only=True)
    # Fixed values that an administrator entered at the desk for this integration, as a query
    # or a body. Anything but text is written as JSON.
    params: list[tuple[str, str]] = field(default_factory=list, kw_only=True)
    # Room for later desks and hosts, by name. Skip names you have no use for.
    extra: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


class ActorKind(Enum):
    """What an actor is."""

    # A contact.
    USER = "user"
    # One of the desk's people.
    AGENT = "agent"
    # A program that takes part in conversations.
    BOT = "bot"
    # The desk at work: a rule, a timer, an import.
    SYSTEM = "system"
    # None of these; `raw` has it.
    OTHER = "other"


ActorKind._wit = ("event", "ActorKind")


@dataclass
class Actor:
    """The one behind an event."""

    _wit = ("event", "Actor")
    # What they are. If a plugin writes messages it should pass over those of `bot` and
    # `system`, since its own are among them.
    kind: ActorKind
    # Their id at the desk.
    id: str | None = field(default=None, kw_only=True)
    # Their name in full.
    name: str | None = field(default=None, kw_only=True)
    # Their e-mail address.
    email: str | None = field(default=None, kw_only=True)
    # Their telephone number, in the desk's spelling.
    phone: str | None = field(default=None, kw_only=True)
    # What made a bot or the desk act, in the desk's word (`ASSIGNMENT_RULE`).
    cause: str | None = field(default=None, kw_only=True)


@dataclass
class Contact:
    """Somebody the desk is in contact with. Their names, addresses and numbers are unproven."""

    _wit = ("event", "Contact")
    # Their id at the desk.
    id: str | None = field(default=None, kw_only=True)
    # Their id in the company's own systems.
    external_id: str | None = field(default=None, kw_only=True)
    # Their name in full.
    name: str | None = field(default=None, kw_only=True)
    # Their e-mail address.
    email: str | None = field(default=None, kw_only=True)
    # Their telephone number, in the desk's spelling.
    phone: str | None = field(default=None, kw_only=True)
    # Values that the company's web site noted, with their names. Anything but text is written
    # as JSON.
    attributes: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


@dataclass
class Entity:
    """Something that the desk knows by an id."""

    _wit = ("event", "Entity")
    # The id.
    id: str
    # What it is called, if the desk said so in this event.
    name: str | None = field(default=None, kw_only=True)


@dataclass
class Conversation:
    """A conversation at the desk."""

    _wit = ("event", "Conversation")
    # Its id at the desk.
    id: str
    # How it stands: `open`, `pending`, `resolved`. Later hosts may have more words.
    status: str | None = field(default=None, kw_only=True)
    # How it stands in the desk's own word: `new`, `assigned`, `snoozed` and so on.
    vendor_status: str | None = field(default=None, kw_only=True)
    # The inbox, topic or telephone number it came in by.
    channel: Entity | None = field(default=None, kw_only=True)
    # Which group has it.
    group: Entity | None = field(default=None, kw_only=True)
    # Which agent has it.
    agent: Entity | None = field(default=None, kw_only=True)
    # The labels (or tags) on it.
    labels: list[str] = field(default_factory=list, kw_only=True)
    # Values kept with it, with their names. Anything but text is written as JSON.
    attributes: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


class MessageKind(Enum):
    """For whose eyes a message is."""

    # Both the contact's and the desk's.
    PUBLIC = "public"
    # Only the desk's, such as a note.
    PRIVATE = "private"
    # Words of the desk itself about the conversation (`reopened by …`).
    SYSTEM = "system"
    # None of these; `raw` has it.
    OTHER = "other"


MessageKind._wit = ("event", "MessageKind")


class MessageDirection(Enum):
    """From whom to whom a message went."""

    # The contact wrote it.
    INCOMING = "incoming"
    # The contact gets it.
    OUTGOING = "outgoing"
    # It stays inside, like notes and words of the desk itself.
    OTHER = "other"


MessageDirection._wit = ("event", "MessageDirection")


@dataclass
class Attachment:
    """A link, picture or file that came with a message. Only its address is here; `http` can fetch
    it, if the grant permits.
    """

    _wit = ("event", "Attachment")
    # What it is: `image`, `video`, `audio`, `file`, `link`. Later hosts may have more words.
    kind: str
    # Its address.
    url: str
    # What it is called: a file's name, a link's words.
    name: str | None = field(default=None, kw_only=True)
    # Which media type it has (`image/png`).
    content_type: str | None = field(default=None, kw_only=True)


@dataclass
class OtherPart:
    """A part for which this version has no case of its own."""

    _wit = ("event", "OtherPart")
    # What the desk calls it (`quick_reply_button`).
    kind: str
    # The words in it that people see, if any.
    text: str
    # All of it, in the desk's JSON.
    json: str


@dataclass
class MessagePartText:
    """Text."""

    _wit = ("event", "MessagePart_Text")
    value: str


@dataclass
class MessagePartAttachment:
    """A link, a picture, a file."""

    _wit = ("event", "MessagePart_Attachment")
    value: Attachment


@dataclass
class MessagePartOther:
    """Something else."""

    _wit = ("event", "MessagePart_Other")
    value: OtherPart


# A part of a message.
MessagePart = MessagePartText | MessagePartAttachment | MessagePartOther


@dataclass
class Message:
    """A message in a conversation."""

    _wit = ("event", "Message")
    # Its id at the desk.
    id: str | None = field(default=None, kw_only=True)
    # For whose eyes it is.
    kind: MessageKind
    # From whom to whom it went.
    direction: MessageDirection
    # Its words: all parts of text with `\n` between them, or nothing if it has no such part.
    text: str
    # Every part in its order. Parts that hold parts are taken apart.
    parts: list[MessagePart] = field(default_factory=list, kw_only=True)


class ChangeKind(Enum):
    """The heading of a change."""

    # A field has another value.
    MODEL = "model"
    # The desk did something, as when a timer ran out or a deadline passed.
    SYSTEM = "system"
    # What the desk files under neither.
    MISC = "misc"
    # None of these; `raw` has it.
    OTHER = "other"


ChangeKind._wit = ("event", "ChangeKind")


@dataclass
class Change:
    """Something that is not as it was."""

    _wit = ("event", "Change")
    # Under which heading the desk reported it.
    kind: ChangeKind
    # What it is, in the desk's word (`status`, `assigned_agent_id`).
    field: str
    # What it was. Text stands as it is and all else as JSON; null and absent are none.
    old_value: str | None = field(default=None, kw_only=True)
    # What it is now, written likewise.
    new_value: str | None = field(default=None, kw_only=True)
    # True when the contact or conversation in the same event contradicts it. Which value is the
    # older one then rests on the desk's habit alone.
    disputed: bool = field(default=False, kw_only=True)


@dataclass
class Event:
    """Something happened."""

    _wit = ("event", "Event")
    # Its id, used once by its `source`. A second delivery bears the same one, so it tells
    # repetitions apart from news.
    id: str
    # Who reported it: `freshchat`, `chatwoot`, or the name that a sender to `/v1/events` chose.
    source: str
    # What kind of thing: `conversation.created`, `conversation.updated`, `message.created`,
    # `contact.created`, `contact.updated`, `agent.activity`. Later hosts may add more of this
    # `noun.verb` form.
    event_type: str
    # What the desk itself calls it (`onConversationCreate`).
    vendor_type: str | None = field(default=None, kw_only=True)
    # The moment, in RFC 3339, always UTC and always with milliseconds
    # (`2026-11-22T14:25:08.123Z`). Sorting the texts sorts the moments.
    time: str
    # The tenant, as the door's credential proves it.
    account: str
    # In which region the desk keeps its data, in the desk's word (`EU`).
    region: str | None = field(default=None, kw_only=True)
    # How many times this plugin has been given the event, this time included.
    attempt: int
    # Who made it happen.
    actor: Actor | None = field(default=None, kw_only=True)
    # The contact concerned.
    contact: Contact | None = field(default=None, kw_only=True)
    # The conversation concerned, in the state the event left it in.
    conversation: Conversation | None = field(default=None, kw_only=True)
    # The message, if the event is about one.
    message: Message | None = field(default=None, kw_only=True)
    # The differences, if the event is about a change.
    changes: list[Change] = field(default_factory=list, kw_only=True)
    # What the desk sent, as JSON text. The settings of the installation are taken out.
    raw: str
    # Room for later desks and hosts, by name; now `domain` and `version`.
    extra: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


@dataclass
class Choice:
    """Something to choose."""

    _wit = ("form", "Choice")
    # The text that reaches the plugin; no two choices of a field share it.
    value: str
    # The text that people see.
    label: str


@dataclass
class FieldKindText:
    """A single line, just as typed."""

    _wit = ("form", "FieldKind_Text")


@dataclass
class FieldKindParagraph:
    """Lines, just as typed, each ended by `\n`."""

    _wit = ("form", "FieldKind_Paragraph")


@dataclass
class FieldKindNumber:
    """A number in JSON's notation (`12`, `-0.5`)."""

    _wit = ("form", "FieldKind_Number")


@dataclass
class FieldKindDate:
    """A calendar day: `2026-11-22`."""

    _wit = ("form", "FieldKind_Date")


@dataclass
class FieldKindEmail:
    """An e-mail address."""

    _wit = ("form", "FieldKind_Email")


@dataclass
class FieldKindUrl:
    """A whole URL, `https` or `http`."""

    _wit = ("form", "FieldKind_Url")


@dataclass
class FieldKindCheckbox:
    """Yes or no, written `true` or `false`."""

    _wit = ("form", "FieldKind_Checkbox")


@dataclass
class FieldKindSelect:
    """Exactly one choice, written as its `value`."""

    _wit = ("form", "FieldKind_Select")
    value: list[Choice]


@dataclass
class FieldKindMultiSelect:
    """Any number of choices, their `value`s written as a JSON array: `["a","b"]`."""

    _wit = ("form", "FieldKind_MultiSelect")
    value: list[Choice]


@dataclass
class FieldKindOther:
    """A kind from a version after this one. Where its name is not known, a single line of
    text takes its place.
    """

    _wit = ("form", "FieldKind_Other")
    value: str


# The values a field takes, and the text each of them travels as.
FieldKind = FieldKindText | FieldKindParagraph | FieldKindNumber | FieldKindDate | FieldKindEmail | FieldKindUrl | FieldKindCheckbox | FieldKindSelect | FieldKindMultiSelect | FieldKindOther


@dataclass
class Field:
    """One thing to fill in."""

    _wit = ("form", "Field")
    # The key of the value when it comes back: `[a-z0-9_]{1,64}`, once in a form.
    name: str
    # The words next to it.
    label: str
    # A sentence of explanation below it, if it needs one.
    help: str | None = field(default=None, kw_only=True)
    # Which values it takes.
    kind: FieldKind
    # What it holds before a person touches it, written as its kind says. None: empty.
    default_value: str | None = field(default=None, kw_only=True)
    # If set, an empty value does not get past the host, and the plugin is not called with one.
    required: bool = field(default=False, kw_only=True)


@dataclass
class Link:
    """A link; following it opens a tab."""

    _wit = ("card", "Link")
    # The whole URL. It is `https`, `mailto` or `tel`, and with the operator's consent `http`.
    url: str
    # The words to follow; none shows the host's name from the URL.
    text: str | None = field(default=None, kw_only=True)


@dataclass
class Row:
    """A label and its value."""

    _wit = ("card", "Row")
    # The label.
    label: str
    # The value.
    text: str
    # Where the value leads when it is clicked; the same URLs as in `link`.
    url: str | None = field(default=None, kw_only=True)


@dataclass
class Cell:
    """A place in a table."""

    _wit = ("card", "Cell")
    # What it says, which may be nothing.
    text: str
    # Where it leads when it is clicked; the same URLs as in `link`.
    url: str | None = field(default=None, kw_only=True)


@dataclass
class Table:
    """Rows and columns. Each row needs exactly one cell for every header."""

    _wit = ("card", "Table")
    # What stands above the columns.
    headers: list[str] = field(default_factory=list, kw_only=True)
    # The cells, row by row.
    rows: list[list[Cell]] = field(default_factory=list, kw_only=True)


@dataclass
class OtherElement:
    """A piece for which this version has no case of its own."""

    _wit = ("card", "OtherElement")
    # What it is called in the version that has it.
    kind: str
    # What to show where it is not known, without markup. If empty, nothing is shown.
    text: str
    # What it consists of, in JSON, where it is known.
    json: str


@dataclass
class AccordionElementList:
    """Pairs of a label and a value."""

    _wit = ("card", "AccordionElement_List")
    value: list[Row]


@dataclass
class AccordionElementTable:
    """Values in rows and columns."""

    _wit = ("card", "AccordionElement_Table")
    value: Table


@dataclass
class AccordionElementHtml:
    """Markup, cleaned and framed."""

    _wit = ("card", "AccordionElement_Html")
    value: str


@dataclass
class AccordionElementOther:
    """A piece that a later version knows."""

    _wit = ("card", "AccordionElement_Other")
    value: OtherElement


# One piece behind a fold. The cases mean what they mean in `element`.
AccordionElement = AccordionElementList | AccordionElementTable | AccordionElementHtml | AccordionElementOther


@dataclass
class Accordion:
    """Pieces behind a fold. Folds do not nest."""

    _wit = ("card", "Accordion")
    # The words on the fold.
    name: str
    # True to begin unfolded.
    open: bool = field(default=False, kw_only=True)
    # What is behind it, from top to bottom.
    data: list[AccordionElement] = field(default_factory=list, kw_only=True)


class ButtonStyle(Enum):
    """The looks of a button."""

    # One among others.
    PLAIN = "plain"
    # The usual choice.
    PRIMARY = "primary"
    # Something is lost by it, or cannot be taken back.
    DANGER = "danger"


ButtonStyle._wit = ("card", "ButtonStyle")


@dataclass
class Confirm:
    """A question put before a button takes effect."""

    _wit = ("card", "Confirm")
    # The question itself: `Refund 42 EUR?`
    title: str
    # What else to consider, if anything.
    text: str | None = field(default=None, kw_only=True)
    # The words for yes. The words for no are the host's.
    button: str


@dataclass
class Button:
    """Something to press. The press comes back to this plugin through `action.submit`."""

    _wit = ("card", "Button")
    # Which of the manifest's `actions` it stands for.
    id: str
    # The words on it.
    label: str
    # Its looks.
    style: ButtonStyle
    # What to act on, such as an order's number, in up to 1 KiB. The plugin gets it back as it
    # was: the host signs it, so that an agent's browser may show but not alter it.
    value: str
    # A question to put first. None: a press takes effect at once.
    confirm: Confirm | None = field(default=None, kw_only=True)
    # A form to fill in first; may be empty.
    fields: list[Field] = field(default_factory=list, kw_only=True)


@dataclass
class ElementList:
    """Pairs of a label and a value, one under the other."""

    _wit = ("card", "Element_List")
    value: list[Row]


@dataclass
class ElementTable:
    """Values in rows and columns."""

    _wit = ("card", "Element_Table")
    value: Table


@dataclass
class ElementHtml:
    """Markup, for what cannot be said otherwise. Nobody trusts it: the host cleans it, and it
    is shown in a frame that has no origin, runs no script and reaches no network.
    """

    _wit = ("card", "Element_Html")
    value: str


@dataclass
class ElementAccordion:
    """Pieces behind a fold."""

    _wit = ("card", "Element_Accordion")
    value: Accordion


@dataclass
class ElementActions:
    """A row of buttons. Where a desk has no way of pressing them, they are not shown."""

    _wit = ("card", "Element_Actions")
    value: list[Button]


@dataclass
class ElementOther:
    """A piece that a later version knows. Hosts that do not know it show its `text`."""

    _wit = ("card", "Element_Other")
    value: OtherElement


# One piece of a block.
Element = ElementList | ElementTable | ElementHtml | ElementAccordion | ElementActions | ElementOther


@dataclass
class Block:
    """A headed part of a card. Agents can fold it away."""

    _wit = ("card", "Block")
    # Its heading. Do not vary it between calls: the pane remembers by this name which blocks
    # an agent has folded.
    name: str
    # The picture before the heading, by its name in Material Symbols (`receipt_long`). With
    # none, or a name that does not exist, there is no picture.
    icon: str | None = field(default=None, kw_only=True)
    # Its elements, from top to bottom.
    data: list[Element] = field(default_factory=list, kw_only=True)


@dataclass
class Card:
    """What one plugin shows about one contact."""

    _wit = ("card", "Card")
    # What the contact is called in this plugin's source; none if it has nothing to say on
    # that. Of several plugins, the one that the operator put highest decides.
    contact_name: str | None = field(default=None, kw_only=True)
    # A page about the contact in another system. Of several plugins, again the highest
    # decides.
    contact_link: Link | None = field(default=None, kw_only=True)
    # The seconds during which the host may answer the same context with this very card.
    # None: it has to ask each time.
    cache_s: int | None = field(default=None, kw_only=True)
    # The parts, from top to bottom. Without any, name and link are all there is.
    blocks: list[Block] = field(default_factory=list, kw_only=True)
    # Room for later hosts, by name. Names that a host has never heard of do no harm.
    extra: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


@dataclass
class PluginError:
    """A call that could not be answered.

    The rest of the pane is not affected. In this plugin's place agents read that its card is not
    available.
    """

    _wit = ("card", "PluginError")
    # For the agent, up to 1 KiB: how to go on without this card. Leave out addresses and codes.
    # None: the host has a sentence of its own.
    agent_message: str | None = field(default=None, kw_only=True)
    # For the log and nobody else, up to 4 KiB: what went wrong, and in which step.
    log_message: str
    # Set it if another try may well work and this one changed nothing. The agent can then ask
    # again, and until then the host may show a card from earlier.
    retryable: bool = field(default=False, kw_only=True)


@dataclass
class Action:
    """A button was pressed."""

    _wit = ("action", "Action")
    # Which: the `id` it had.
    id: str
    # The `value` it had. The host's signature guarantees that nobody altered it.
    value: str
    # What was filled in, by the field's name, written as the field's kind says. The host has
    # checked what is required and what can be chosen; beyond that a person may have typed
    # anything.
    fields: list[tuple[str, str]] = field(default_factory=list, kw_only=True)
    # Names this press. Trying again does not change it, which is what APIs want to see as an
    # idempotency key.
    idempotency_key: str
    # The context of the card the button was on. Its `agent` did the pressing.
    context: Context


@dataclass
class Assignee:
    """Somebody to hand a conversation to. With both fields none, nobody has it."""

    _wit = ("action", "Assignee")
    # An agent, by the desk's id or by e-mail address.
    agent: str | None = field(default=None, kw_only=True)
    # A group, by the desk's id.
    group: str | None = field(default=None, kw_only=True)


@dataclass
class OtherCommand:
    """A step for which this version has no case of its own."""

    _wit = ("action", "OtherCommand")
    # What it is called (`untag`).
    kind: str
    # What agents read where it cannot be done. If empty, nothing is shown.
    text: str
    # What it consists of, in JSON, where it can.
    json: str


@dataclass
class CommandOpenUrl:
    """Show a page in another tab. The URLs of `link` are acceptable."""

    _wit = ("action", "Command_OpenUrl")
    value: str


@dataclass
class CommandCopy:
    """Offer a text for copying, by one press."""

    _wit = ("action", "Command_Copy")
    value: str


@dataclass
class CommandInsertDraft:
    """Append plain text to what the agent is writing. The agent still has to send it."""

    _wit = ("action", "Command_InsertDraft")
    value: str


@dataclass
class CommandAddTags:
    """Put tags (labels, in some desks) on the conversation."""

    _wit = ("action", "Command_AddTags")
    value: list[str]


@dataclass
class CommandAssign:
    """Hand the conversation to somebody."""

    _wit = ("action", "Command_Assign")
    value: Assignee


@dataclass
class CommandSetStatus:
    """Give the conversation a status that the desk has a word for."""

    _wit = ("action", "Command_SetStatus")
    value: str


@dataclass
class CommandAddLink:
    """Keep a link with the conversation."""

    _wit = ("action", "Command_AddLink")
    value: Link


@dataclass
class CommandNotify:
    """Flash a short text."""

    _wit = ("action", "Command_Notify")
    value: str


@dataclass
class CommandOther:
    """A step that one desk or a later version knows. Elsewhere its `text` is shown."""

    _wit = ("action", "Command_Other")
    value: OtherCommand


# A step for the agent's desk.
Command = CommandOpenUrl | CommandCopy | CommandInsertDraft | CommandAddTags | CommandAssign | CommandSetStatus | CommandAddLink | CommandNotify | CommandOther


@dataclass
class ActionResult:
    """The outcome of a press."""

    _wit = ("action", "ActionResult")
    # Words for the agent, shown at the button. None: the host says `Done`.
    message: str | None = field(default=None, kw_only=True)
    # How the card looks afterwards. None: the host finds out through `contact-context.render`.
    card: Card | None = field(default=None, kw_only=True)
    # Names of fields that cannot be accepted, each with the reason in the agent's words. If
    # any are given the form stays where it is, and the plugin must have changed nothing.
    field_errors: list[tuple[str, str]] = field(default_factory=list, kw_only=True)
    # What the desk should do next, step by step. Steps that a desk has no means for turn into
    # text for the agent to copy.
    commands: list[Command] = field(default_factory=list, kw_only=True)
    # Room for later hosts, by name. Names that a host has never heard of do no harm.
    extra: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


@dataclass
class SecretFormatRaw:
    """As it is."""

    _wit = ("http", "SecretFormat_Raw")


@dataclass
class SecretFormatBearer:
    """Behind the word `Bearer`."""

    _wit = ("http", "SecretFormat_Bearer")


@dataclass
class SecretFormatBasicUser:
    """As the user of basic authentication; the case's text is the password (Freshdesk takes
    any, by custom `X`).
    """

    _wit = ("http", "SecretFormat_BasicUser")
    value: str


@dataclass
class SecretFormatBasicPassword:
    """As the password of basic authentication; the case's text is the user."""

    _wit = ("http", "SecretFormat_BasicPassword")
    value: str


# Ways to write a secret into a header.
SecretFormat = SecretFormatRaw | SecretFormatBearer | SecretFormatBasicUser | SecretFormatBasicPassword


@dataclass
class SecretValue:
    """A secret and how to write it. The request must go to a place where the manifest and the
    grant both permit this secret.
    """

    _wit = ("http", "SecretValue")
    # Which one, by its name in the manifest.
    name: str
    # The way to write it.
    format: SecretFormat


@dataclass
class HeaderValuePlain:
    """This text."""

    _wit = ("http", "HeaderValue_Plain")
    value: str


@dataclass
class HeaderValueSecret:
    """A secret, filled in by the host. Even if the server echoes it, the plugin does not get
    to see it.
    """

    _wit = ("http", "HeaderValue_Secret")
    value: SecretValue


# What stands behind a header's name.
HeaderValue = HeaderValuePlain | HeaderValueSecret


@dataclass
class BodyText:
    """Text in UTF-8. Any answer that is valid UTF-8 has this form, no matter what its
    `content-type` claims, for in some languages decoding bytes is expensive.
    """

    _wit = ("http", "Body_Text")
    value: str


@dataclass
class BodyBytes:
    """All else."""

    _wit = ("http", "Body_Bytes")
    value: bytes


# Bytes of a body, in whichever of two forms suits them.
Body = BodyText | BodyBytes


@dataclass
class Request:
    """What to send."""

    _wit = ("http", "Request")
    # The method in capitals (`GET`, `POST`). The host never sends `CONNECT` or `TRACE`.
    method: str
    # The whole URL, percent-encoded where it must be. It has no fragment, user or password.
    url: str
    # Header names, in whatever case, with their values. Up to 100, and 32 KiB together.
    headers: list[tuple[str, HeaderValue]] = field(default_factory=list, kw_only=True)
    # What follows the headers, if anything. A `content-type` has to be given: the host adds
    # none.
    body: Body | None = field(default=None, kw_only=True)
    # How long it may take from start to end. The call's remaining time is the upper bound,
    # and is used when this is none.
    timeout_ms: int | None = field(default=None, kw_only=True)


@dataclass
class Response:
    """What a server answered. A status of 404 or 500 is an answer too."""

    _wit = ("http", "Response")
    # From 200 to 599.
    status: int
    # The headers in the server's order, names in lower case, repetitions kept. Missing are
    # `set-cookie` and any that would reveal a secret.
    headers: list[tuple[str, str]] = field(default_factory=list, kw_only=True)
    # The bytes behind them. For an answer without any, an empty text.
    body: Body


@dataclass
class Denial:
    """The rule that forbade a request."""

    _wit = ("http", "Denial")
    # One of `url`, `scheme`, `host`, `port`, `path`, `method`, `header`, `secret`, `address`;
    # later hosts may have more.
    rule: str
    # The lines that an operator could add to the grant, none if no line would help. They are
    # in the host's log already, so a plugin need not hand them on, least of all to an agent.
    hint: str | None = field(default=None, kw_only=True)


class Phase(Enum):
    """Stages of a request."""

    # Looking up the name.
    RESOLVE = "resolve"
    # Opening the connection, or waiting for leave to.
    CONNECT = "connect"
    # Setting up encryption.
    TLS = "tls"
    # Writing the request.
    SEND = "send"
    # Nothing has come back so far.
    WAIT = "wait"
    # Part of the answer is here.
    RECEIVE = "receive"


Phase._wit = ("http", "Phase")


@dataclass
class HttpErrorDenied:
    """A rule forbids it."""

    _wit = ("http", "HttpError_Denied")
    value: Denial


@dataclass
class HttpErrorDns:
    """There is no address for the name."""

    _wit = ("http", "HttpError_Dns")
    value: str


@dataclass
class HttpErrorConnect:
    """The server cannot be reached."""

    _wit = ("http", "HttpError_Connect")
    value: str


@dataclass
class HttpErrorTls:
    """The server's identity is not proven, or no encryption could be agreed on."""

    _wit = ("http", "HttpError_Tls")
    value: str


@dataclass
class HttpErrorTimeout:
    """Time ran out, and this is what it was doing."""

    _wit = ("http", "HttpError_Timeout")
    value: Phase


@dataclass
class HttpErrorTooLarge:
    """One of the two bodies exceeds this number of bytes."""

    _wit = ("http", "HttpError_TooLarge")
    value: int


@dataclass
class HttpErrorQuota:
    """This call has no requests or no bytes left; the text tells which."""

    _wit = ("http", "HttpError_Quota")
    value: str


@dataclass
class HttpErrorProtocol:
    """The answer ended too early or was never HTTP."""

    _wit = ("http", "HttpError_Protocol")
    value: str


@dataclass
class HttpErrorOther:
    """Some other failure. The text is meant for the log, programs should not look at it."""

    _wit = ("http", "HttpError_Other")
    value: str


# Reasons why nothing was answered. After `denied` and `quota` it is certain that no byte left
# the host; after any other the server may or may not have acted on the request.
HttpError = HttpErrorDenied | HttpErrorDns | HttpErrorConnect | HttpErrorTls | HttpErrorTimeout | HttpErrorTooLarge | HttpErrorQuota | HttpErrorProtocol | HttpErrorOther


class Level(Enum):
    """How urgent a line is."""

    # It needs a person.
    ERROR = "error"
    # Unexpected, and yet the call continued.
    WARN = "warn"
    # Normal running, worth a line.
    INFO = "info"
    # Of use to the plugin's author.
    DEBUG = "debug"
    # Each single step.
    TRACE = "trace"


Level._wit = ("log", "Level")


@dataclass
class Host:
    """One place to send requests to."""

    _wit = ("manifest", "Host")
    # A scheme, a host, a port if it is unusual, and the start of the path in whole segments:
    # `https://api.example.com/v1/`. The first label may be a `*`, for one or more labels
    # (`https://*.example.com/`). Where nobody but the operator can know the host, all of it
    # may be (`https://*`), and with it the port if none is written: then the grant says which.
    url: str
    # The methods, in capitals. An empty list: only `GET`.
    methods: list[str] = field(default_factory=list, kw_only=True)
    # What for. One sentence, addressed to the operator who is about to grant it.
    reason: str
    # Which of `secrets` requests to this place may carry.
    secrets: list[str] = field(default_factory=list, kw_only=True)


@dataclass
class Secret:
    """A secret: the plugin knows its name, and only the host its value."""

    _wit = ("manifest", "Secret")
    # What both grants and requests call it: `[a-z0-9_]{1,64}`.
    name: str
    # A sentence for the operator: what this is, and where it can be had.
    reason: str


@dataclass
class ServedAction:
    """A thing the plugin can be told to do."""

    _wit = ("manifest", "ServedAction")
    # The `id` that buttons for it bear: `[a-z0-9_-]{1,64}`.
    id: str
    # A sentence on what changes through it. Operators read it, and so do AI agents to whom
    # the action is handed as a tool.
    description: str


@dataclass
class Manifest:
    """All that an operator learns before deciding on a grant."""

    _wit = ("manifest", "Manifest")
    # A title for people, up to 64 characters long. It is not the plugin's id: that is the
    # file's name without `.wasm`.
    name: str
    # Which version of the plugin this is (SemVer). The host prints it and never compares it.
    version: str
    # Where it sends requests. An empty list: nowhere.
    hosts: list[Host] = field(default_factory=list, kw_only=True)
    # The secrets that its requests carry in headers. An empty list: none.
    secrets: list[Secret] = field(default_factory=list, kw_only=True)
    # Its settings; a form shows them in this order.
    settings: list[Field] = field(default_factory=list, kw_only=True)
    # The views it has a card for: `chat`, `ticket`, `call`, `contact`, or a word of the desk's
    # own. An empty list: all of them. Without an export `contact-context` it has no meaning.
    views: list[str] = field(default_factory=list, kw_only=True)
    # The events it takes, each as a normal type (`message.created`), as a vendor's
    # (`freshchat:onMessageCreate`), or `*` for every one. An empty list: none, so that an
    # export `product-event` stays unused.
    events: list[str] = field(default_factory=list, kw_only=True)
    # What its buttons can do. The host refuses a button whose id is not in this list.
    actions: list[ServedAction] = field(default_factory=list, kw_only=True)
    # Room for later versions, by name. `sidepane check` prints `author`, `homepage` and
    # `license`; names that a host has never heard of do no harm.
    extra: list[tuple[str, str]] = field(default_factory=list, kw_only=True)


@dataclass
class Retry:
    """A pause before the next try."""

    _wit = ("product-event", "Retry")
    # The shortest pause, in seconds. The operator's bounds apply to it.
    after_s: int
    # The reason, for whoever reads the log.
    reason: str


@dataclass
class EventErrorRetryAfter:
    """Deliver it again after a pause of a given length."""

    _wit = ("product-event", "EventError_RetryAfter")
    value: Retry


@dataclass
class EventErrorGiveUp:
    """Stop trying. The delivery becomes a dead letter, and an operator may replay it. The text
    says why.
    """

    _wit = ("product-event", "EventError_GiveUp")
    value: str


@dataclass
class EventErrorOther:
    """It failed in some other way, told in the text. The host tries again when its own
    schedule says so.
    """

    _wit = ("product-event", "EventError_Other")
    value: str


# The event was not dealt with; this is what should happen to it now.
#
# Operators read the texts in the log and beside dead deliveries, agents never do. Each holds
# up to 4 KiB.
EventError = EventErrorRetryAfter | EventErrorGiveUp | EventErrorOther


@dataclass
class StoreErrorTooLarge:
    """The key or the value exceeds this number of bytes."""

    _wit = ("store", "StoreError_TooLarge")
    value: int


@dataclass
class StoreErrorQuota:
    """No room left for this plugin, or no operations left for this call; the text tells which."""

    _wit = ("store", "StoreError_Quota")
    value: str


@dataclass
class StoreErrorNotANumber:
    """`increment` met a value that is no whole number."""

    _wit = ("store", "StoreError_NotANumber")


@dataclass
class StoreErrorUnavailable:
    """The storage gives no answer now and may do so later."""

    _wit = ("store", "StoreError_Unavailable")
    value: str


@dataclass
class StoreErrorUnsupported:
    """Values are not kept by this host."""

    _wit = ("store", "StoreError_Unsupported")


@dataclass
class StoreErrorOther:
    """Some other failure. The text is meant for the log, programs should not look at it."""

    _wit = ("store", "StoreError_Other")
    value: str


# Reasons why reading or writing failed.
StoreError = StoreErrorTooLarge | StoreErrorQuota | StoreErrorNotANumber | StoreErrorUnavailable | StoreErrorUnsupported | StoreErrorOther
