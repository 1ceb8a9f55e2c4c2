// The library of a Sidepane plugin in JavaScript or TypeScript.

import type * as wit from "./wit.js";

/** The contact on an agent's screen. */
export type Context = wit.Context;
/** What happened at the desk. */
export type Event = wit.Event;
/** A headed part of a card. */
export type Block = wit.Block;
/** One piece of a block. */
export type Element = wit.Element;
/** Something to press. */
export type Button = wit.Button;
/** One thing to fill in. */
export type Field = wit.Field;
/** A step for the agent's desk. */
export type Command = wit.Command;

/** What is null, undefined or false is left out, so that `known && [...]` can be written. */
type Maybe<T> = T | null | undefined | false | "";

/** A value, or one with a link: `["1001", "https://…"]`. */
export type Cell = Text | null | undefined | [text: Text | null | undefined, url?: string | null];
type Text = string | number | boolean;

/** A label and its value, perhaps with a link. A row without a value is left out. */
export type Row = Maybe<[label: string, value: Text | null | undefined, url?: string | null]>;

/** What one plugin shows about one contact. */
export interface Card {
  /** The contact's name as this plugin knows it. */
  contactName?: string | null;
  /** Where the agent can open the contact elsewhere. */
  contactLink?: string | wit.Link | null;
  /** For how many seconds the host may show this card again without asking. */
  cacheS?: number | null;
  blocks?: Maybe<Block>[];
  /** Something for later hosts, by name. */
  extra?: Record<string, string>;
}

/** A headed part of a card. `icon` is a name of Material Symbols. */
export function block(name: string, icon: string | null, ...elements: Maybe<Element | Html>[]): Block;
/** Labels with their values, one under the other. */
export function list(...rows: Row[]): { tag: "list"; val: wit.Row[] };
/** Values in rows and columns: one cell for every header. */
export function table(headers: string[], rows: Cell[][]): { tag: "table"; val: wit.Table };
/** Pieces behind a fold. */
export function accordion(name: string, ...elements: Maybe<wit.AccordionElement | Html>[]): { tag: "accordion"; val: wit.Accordion };
/** Buttons, side by side. */
export function actions(...buttons: Maybe<Button>[]): { tag: "actions"; val: Button[] };
/** A button for one of the plugin's actions. */
export function button(id: string, label: string, options?: ButtonOptions): Button;

export interface ButtonOptions {
  /** What to act on; comes back unaltered in the action's `value`. */
  value?: string | number;
  style?: wit.ButtonStyle;
  /** A question that has to be answered first. */
  confirm?: wit.Confirm;
  /** A form that has to be filled in first. */
  fields?: Field[];
}

/** Markup that `html` made. */
export interface Html {
  readonly markup: string;
}

/** Markup; everything that is put in is escaped, lists of `html` are joined. */
export function html(strings: TemplateStringsArray, ...values: (Maybe<Text | Html> | Html[])[]): Html;

export interface FieldOptions {
  help?: string;
  /** What it holds before a person touches it. */
  value?: string | number | boolean | string[];
  required?: boolean;
}

type Plain = (name: string, label: string, options?: FieldOptions) => Field;
type Choosing = (name: string, label: string, choices: (string | [value: string, label: string])[], options?: FieldOptions) => Field;

/** One thing to fill in, by its kind: a setting, or a field of a button's form. */
export const field: {
  text: Plain;
  paragraph: Plain;
  number: Plain;
  date: Plain;
  email: Plain;
  url: Plain;
  checkbox: Plain;
  select: Choosing;
  multiSelect: Choosing;
};

/** One place that the plugin sends requests to. */
export interface Host {
  /** Scheme, host and the start of the path: `https://api.example.com/v1/`. */
  url: string;
  /** In capitals; without it, `GET`. */
  methods?: string[];
  /** What for, for the operator who grants it. */
  reason: string;
  /** Which secrets requests to this place may carry. */
  secrets?: string[];
}

/** A press of a button. */
export interface Action extends wit.Action {
  /** What was filled in, as text in the form of each field's kind. */
  form: Record<string, string>;
}

/** What an action answers. Nothing is fine too: the host says `Done`. */
export interface ActionResult {
  message?: string;
  /** How the card looks afterwards. Without it the host asks `render`. */
  card?: Card;
  /** Fields that cannot be accepted, each with the reason; the form stays open. */
  fieldErrors?: Record<string, string>;
  commands?: Maybe<Command>[];
  extra?: Record<string, string>;
}

/** All that a plugin is. */
export interface Spec {
  name: string;
  version: string;
  hosts?: Host[];
  /** Secrets by name, each with what it is and where it can be had. */
  secrets?: Record<string, string>;
  settings?: Field[];
  /** The views it has a card for; without it, all. */
  views?: string[];
  /** The card about a contact; undefined where nothing is known. */
  render?(context: Context): Card | undefined | null;
  /** A function for each type of event (`message.created`, `freshchat:onMessageCreate`), and `otherwise`. */
  events?: Record<string, (event: Event) => void>;
  /** What its buttons can do. */
  actions?: Record<string, { description: string; submit(action: Action): ActionResult | undefined | void }>;
  extra?: Record<string, string>;
}

/** A plugin, for the build and for tests. */
export interface Plugin {
  readonly serves: string[];
  readonly manifest: { describe(): wit.Manifest };
}

/** Makes a plugin of what it says of itself; it has to be the default export of `src/plugin`. */
export function plugin(spec: Spec): Plugin;

/** What the operator set, each value as its field's kind says: a number is a number, a checkbox a boolean. */
export function settings<T = Record<string, string | number | boolean | string[] | undefined>>(): T;

/** A call without an answer: a text for the log, and perhaps one for the agent. */
export class PluginError extends Error {
  constructor(logMessage: string, options?: { tell?: string; retryable?: boolean });
  readonly agentMessage?: string;
  readonly retryable: boolean;
}

/** Runs `look`, and has the agent read `told` where it fails. */
export function orTell<T>(told: string, look: () => T): T;
/** Thrown in a handler of events: deliver it again after a pause. */
export function retryAfter(afterS: number, reason: string): Error;
/** Thrown in a handler of events: do not deliver it again. */
export function giveUp(reason: string): Error;

/** A form that cannot be accepted: the reason at each field. */
export function invalid(fieldErrors: Record<string, string>): ActionResult;
export function openUrl(url: string): Command;
export function copy(text: string): Command;
export function insertDraft(text: string): Command;
export function addTags(...tags: string[]): Command;
export function assignAgent(agent: string): Command;
export function assignGroup(group: string): Command;
export function setStatus(status: string): Command;
export function addLink(url: string, text?: string): Command;
export function notify(text: string): Command;

/** One request; nothing happens before it is sent. */
export interface Request {
  query(name: string, value: Text): this;
  header(name: string, value: Text): this;
  /** `authorization: Bearer …` with this secret of the manifest. */
  bearer(secret: string): this;
  /** Basic authentication with the secret as the user, beside a password that is none. */
  basicUser(secret: string, password: string): this;
  basicPassword(user: string, secret: string): this;
  /** A header whose whole value is the secret. */
  secretHeader(name: string, secret: string): this;
  json(value: unknown): this;
  form(fields: Record<string, Text>): this;
  text(contentType: string, text: string): this;
  bytes(contentType: string, bytes: Uint8Array): this;
  timeoutMs(milliseconds: number): this;
  /** Sends it and waits for the whole answer, whatever its status. Throws an HttpError. */
  send(): Response;
}

/** What a server answered, whatever the status. */
export interface Response {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: [name: string, value: string][];
  header(name: string): string | undefined;
  text(): string;
  bytes(): Uint8Array | undefined;
  /** Itself, if its status is one of 200 to 299; else an HttpError. */
  success(): Response;
  /** Itself, or undefined at 404 and 410; else an HttpError. */
  found(): Response | undefined;
  /** The body of a successful answer, read as JSON. */
  json<T = any>(): T;
  /** The body of an answer of any status, read as JSON. */
  errorJson<T = any>(): T;
}

/** Requests to other servers, as far as manifest and grant go. They wait for their answers by themselves. */
export const http: {
  get(url: string): Request;
  post(url: string): Request;
  put(url: string): Request;
  patch(url: string): Request;
  delete(url: string): Request;
  request(method: string, url: string): Request;
  /** Sends them side by side. Each answer is a function: it returns the response or throws. */
  sendAll(...requests: Request[]): (() => Response)[];
};

type Write = (message: string, fields?: Record<string, unknown>) => void;

/** The operator's log. `console` writes there too. */
export const log: { error: Write; warn: Write; info: Write; debug: Write; trace: Write };

/** Small values of the plugin's own, kept from call to call. */
export const store: {
  get(key: string): string | undefined;
  set(key: string, value: string, options?: { ttlS?: number }): void;
  getJson<T = any>(key: string): T | undefined;
  setJson(key: string, value: unknown, options?: { ttlS?: number }): void;
  /** Replaces `expected` (undefined: nothing there), or answers false. */
  compareAndSet(key: string, expected: string | undefined, value: string, options?: { ttlS?: number }): boolean;
  increment(key: string, delta?: number): number;
  remove(key: string): void;
  listKeys(prefix?: string, options?: { after?: string; limit?: number }): string[];
};
