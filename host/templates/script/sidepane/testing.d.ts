// A host for tests: the plugin runs in Node, without WebAssembly, server or network.

import type { Action, Context, Event, Plugin } from "./index.js";
import type * as wit from "./wit.js";

/** Somebody at a desk; what is given goes over it. */
export function context(over?: Partial<Context>): Context;
/** An event of this type; what is given goes over it. */
export function event(eventType: string, over?: Partial<Event>): Event;
/** A press of a button with this value; `form` is what was filled in. */
export function action(id: string, value?: string, form?: Record<string, string>, over?: Partial<wit.Action>): wit.Action;
/** A request that the plugin is to make, and what comes back. */
export function on(method: string, url: string): Exchange;

export interface Exchange {
  /** It has to carry this secret. */
  bearer(secret: string): this;
  reply(status: number, text?: string, headers?: Record<string, string>): this;
  replyJson(status: number, value: unknown): this;
  /** Fails instead: `fail("connect", "refused")`. */
  fail(tag: wit.HttpError["tag"], val: unknown): this;
}

/** A host for one plugin. It keeps its store from run to run; what is expected is for one run. */
export class FakeHost {
  constructor(plugin: Plugin);
  readonly log: string[];
  readonly store: Map<string, string>;
  setting(name: string, value: string | number | boolean): this;
  expect(...exchanges: Exchange[]): this;
  /** The plugin's card, or undefined. Its failure is thrown: agentMessage, logMessage, retryable. */
  render(context: Context): wit.Card | undefined;
  handle(event: Event): void;
  submit(action: wit.Action): wit.ActionResult;
}
