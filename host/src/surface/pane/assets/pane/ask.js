// One question to the server: what is known of this contact?

import { Refused } from "./session.js";
import { events } from "./stream.js";

const BROKEN = "The connection broke off.";

/**
 * Asks, and tells as the answers come.
 *
 * @param {import("./session.js").Session} session
 * @param {object} context as in POST /v1/context
 * @param {string[]|null} only some plugins, or all
 * @param {AbortSignal} signal
 * @param {boolean} anew whether cards that the server keeps will not do
 * @param {{start: Function, card: Function, end: Function}} on
 * @throws {Refused} if it was refused or broke off before the end
 */
export async function ask(session, context, only, signal, anew, on) {
  const body = only ? { ...context, plugins: only } : context;
  const response = await session.post("v1/context/stream", body, signal, anew);
  try {
    for await (const { event, data } of events(response)) {
      if (signal.aborted) return;
      if (event === "start") on.start(data);
      else if (event === "card") on.card(data);
      else if (event === "error") throw new Refused(data?.error?.code, data?.error?.message ?? BROKEN, 500);
      else if (event === "end") return on.end(data);
    }
  } catch (error) {
    if (error instanceof Refused || error.name === "AbortError") throw error;
    throw new Refused("network", BROKEN, 0);
  }
  throw new Refused("network", BROKEN, 0);
}
