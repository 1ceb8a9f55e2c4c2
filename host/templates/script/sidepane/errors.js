// How a call fails well: a text for the log, and perhaps one for the agent.

/** A call without an answer. */
export class PluginError extends Error {
  constructor(logMessage, { tell, retryable = false } = {}) {
    super(logMessage);
    this.name = "PluginError";
    this.agentMessage = tell;
    this.retryable = retryable;
  }
}

/** Runs `look`, and has the agent read `told` where it fails. */
export function orTell(told, look) {
  try {
    return look();
  } catch (error) {
    throw new PluginError(message(error), { tell: told, retryable: error?.retryable === true });
  }
}

/** An event that is to come again after a pause. */
export function retryAfter(afterS, reason) {
  return new EventError({ tag: "retry-after", val: { afterS, reason } });
}

/** An event that is not to come again. */
export function giveUp(reason) {
  return new EventError({ tag: "give-up", val: reason });
}

class EventError extends Error {
  constructor(wire) {
    super(wire.val.reason ?? wire.val);
    this.name = "EventError";
    this.wire = wire;
  }
}

/** What the contract has for whatever was thrown in a card or an action. */
export function pluginError(error) {
  return {
    agentMessage: error?.agentMessage,
    logMessage: message(error),
    retryable: error?.retryable === true,
  };
}

/** What the contract has for whatever was thrown in a handler of events. */
export function eventError(error) {
  if (error instanceof EventError) {
    return error.wire;
  }
  if (Number.isInteger(error?.retryAfterS)) {
    return { tag: "retry-after", val: { afterS: error.retryAfterS, reason: message(error) } };
  }
  return { tag: "other", val: message(error) };
}

// Errors of this library say what there is to say; of all others the place helps.
function message(error) {
  if (!(error instanceof Error)) {
    return `something that is no Error was thrown: ${typeof error === "string" ? error : JSON.stringify(error)}`;
  }
  const ours = error instanceof PluginError || error instanceof EventError || error.ours === true;
  if (ours) {
    return error.message;
  }
  const said = `${error.name}: ${error.message}`;
  const place = error.stack ?? "";
  return (place.startsWith(said) ? place : `${said}\n${place}`).trim().slice(0, 4000);
}
