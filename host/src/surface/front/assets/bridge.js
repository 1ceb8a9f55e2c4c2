// How Front and a page in its side panel talk. The page hands one end of a channel to the window
// around it. Through it Front tells what is selected, anew with every change, and the page calls the
// functions that Front has for what is selected.
//
//   page → Front   the text HANDSHAKE, with the other end of the channel
//   Front → page   {type: "context_update", context: {id, type, functionArities, …}}
//   page → Front   {type: "function_call", id, contextId, name, args} and {type: "function_cancel", id}
//   Front → page   {type: "function_result", id, value} or {type: "function_error", id, error}

const HANDSHAKE = "@frontapp/ui-sdk#WebViewBridge.handshake";
/** Nobody waits longer for Front to do what an agent pressed. */
const ANSWER_MS = 10_000;

export class Bridge {
  #port;
  #calls = new Map();

  /** @param {(context: object) => void} turn told of every context */
  constructor(turn) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#heard(data, turn);
    // To any window: it tells nothing, and the policy of this page says who may be around it.
    window.parent.postMessage(HANDSHAKE, "*", [port2]);
  }

  /** Calls a function of Front for this context; what has no value has undefined. */
  call(context, name, ...args) {
    if (!has(context, name)) return Promise.reject(new Error("Front cannot do this here."));
    const id = fresh();
    return new Promise((done, failed) => {
      const timer = setTimeout(() => this.#cancel(id, "Front did not answer."), ANSWER_MS);
      this.#calls.set(id, { context, done, failed, timer });
      this.#port.postMessage({ type: "function_call", id, contextId: context.id, name, args });
    });
  }

  /** Takes back the calls for contexts that are no longer what the agent looks at. */
  leave(stays) {
    for (const [id, { context }] of this.#calls) {
      if (!stays(context)) this.#cancel(id, "Another conversation was opened meanwhile.");
    }
  }

  #heard(message, turn) {
    const { type, context } = message ?? {};
    if (type === "context_update" && typeof context?.id === "string") return turn(context);
    if (type === "function_result") this.#end(message.id, (call) => call.done(message.value));
    if (type === "function_error") this.#end(message.id, (call) => call.failed(new Error(String(message.error))));
  }

  #cancel(id, why) {
    this.#end(id, (call) => {
      this.#port.postMessage({ type: "function_cancel", id });
      call.failed(new Error(why));
    });
  }

  #end(id, how) {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    how(call);
  }
}

/** Whether Front lists a function for this context: which there are differs by app and by what is selected. */
export function has(context, name) {
  const arities = context?.functionArities;
  return typeof arities === "object" && arities !== null && Object.hasOwn(arities, name) && Number.isInteger(arities[name]);
}

/** A name for a call, in the form that Front's own library gives them. */
function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return `c${Array.from(bytes, (byte) => (byte % 36).toString(36)).join("")}`;
}
