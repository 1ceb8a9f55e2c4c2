// A stand-in for Front around one frame: it takes the page's handshake, tells it what is selected, and
// answers the functions that it has. Everything the page says is kept, so that a test can look at it.

const HANDSHAKE = "@frontapp/ui-sdk#WebViewBridge.handshake";

export class FakeFront {
  /** Each message of the page, as it came; for the handshake also how many ports came with it. */
  heard = [];
  #port = null;
  #count = 0;
  #contexts = new Map();
  #selected = null;

  /**
   * @param {HTMLIFrameElement} frame
   * @param {Record<string, (context: object, ...args: any[]) => any>} functions by name; what they
   *   throw becomes an error of the page's call, what they never answer no answer
   */
  constructor(frame, functions) {
    this.frame = frame;
    this.functions = functions;
    window.addEventListener("message", (event) => {
      if (event.source !== frame.contentWindow || event.data !== HANDSHAKE) return;
      this.heard.push({ handshake: event.data, ports: event.ports.length, origin: event.origin });
      this.#port?.close();
      this.#port = event.ports[0];
      this.#port.onmessage = ({ data }) => this.#answer(data);
      this.#tell();
    });
  }

  /** Selects something: a context of Front without its id and functions. */
  show(context) {
    this.#selected = context;
    this.#tell();
  }

  /** The id of what is selected now. */
  get contextId() {
    return `ctx-${this.#count}`;
  }

  /** Tells anew what is selected: Front does so for every change, each time under another id. */
  #tell() {
    if (!this.#port || !this.#selected) return;
    this.#count += 1;
    // The arguments that it has, and one for taking the call back in the place of the context here.
    const arities = Object.entries(this.functions).map(([name, call]) => [name, call.length]);
    const context = { ...this.#selected, id: this.contextId, functionArities: Object.fromEntries(arities) };
    this.#contexts.set(context.id, context);
    this.#port.postMessage({ type: "context_update", context });
  }

  async #answer(message) {
    this.heard.push(message);
    if (message.type !== "function_call") return;
    const { id, name, args, contextId } = message;
    const port = this.#port;
    try {
      const context = this.#contexts.get(contextId);
      if (!context) throw new Error(`there is no context ${contextId}`);
      if (!Object.hasOwn(this.functions, name)) throw new Error(`${name} is not a function here`);
      const value = await this.functions[name](context, ...args);
      port.postMessage({ type: "function_result", id, value });
    } catch (error) {
      port.postMessage({ type: "function_error", id, error: error.message });
    }
  }
}
