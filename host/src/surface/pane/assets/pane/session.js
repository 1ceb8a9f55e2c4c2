// The session: a short-lived token that is kept here, in memory, and nowhere else. It is renewed at
// two thirds of its life, and once more if the server says that it has run out all the same.

const LIFE_S = 900;
const AGAIN_MS = 20_000;

/** An answer that was refused, or none at all (`status` 0). */
export class Refused extends Error {
  constructor(code, message, status, field) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.status = status;
    this.field = field ?? null;
  }
}

const LOST = "This page has been open too long. Reload it.";
const UNREACHED = "The server cannot be reached.";

/** Asks the server in the name of one session. */
export class Session {
  #token = null;
  #life = LIFE_S;
  #timer = 0;
  #dueAt = Infinity;
  #renewing = null;

  /**
   * @param {() => string} base the server's URL, ending in a slash
   * @param {() => (null|(() => Promise<string|{session: string, expires_in_s?: number}>))} renewer
   *   what the embedder renews with, if it has a way of its own
   */
  constructor(base, renewer) {
    this.base = base;
    this.renewer = renewer;
  }

  get token() {
    return this.#token;
  }

  /** Takes a token into use, or with null forgets it. */
  use(token, expiresInS) {
    this.#token = token || null;
    this.#life = expiresInS > 0 ? expiresInS : this.#life;
    clearTimeout(this.#timer);
    this.#dueAt = Infinity;
    if (this.#token) this.#schedule(this.#life * (2 / 3) * 1000);
  }

  /** Renews what is overdue: timers sleep in hidden tabs and in closed laptops. */
  wake() {
    if (document.visibilityState === "visible" && Date.now() >= this.#dueAt) this.#renewSoon();
  }

  /** Stops renewing; for an element that has left its page. */
  rest() {
    clearTimeout(this.#timer);
  }

  /**
   * Sends JSON and gives the answer, renewing the session once if it has run out.
   *
   * @param {boolean} anew whether no answer of before will do, for the server either
   * @throws {Refused}
   */
  async post(path, body, signal, anew = false) {
    const first = await this.#send(path, body, signal, anew);
    if (first.ok) return first;
    const refusal = await refused(first);
    const expired = first.status === 401 && refusal.code === "auth.session_expired";
    if (!expired) throw refusal;
    await this.renew();
    const second = await this.#send(path, body, signal, anew);
    if (second.ok) return second;
    throw await refused(second);
  }

  /** A new token for the old one. Whoever asks meanwhile waits for the same answer. */
  renew() {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew() {
    const own = this.renewer();
    if (own) {
      const given = await own().catch(() => null);
      if (!given) throw new Refused("auth.session_expired", LOST, 401);
      if (typeof given === "string") this.use(given);
      else this.use(given.session, given.expires_in_s);
      return;
    }
    const answer = await this.#send("v1/session", undefined);
    if (answer.status >= 400 && answer.status < 500) {
      throw new Refused("auth.session_expired", LOST, answer.status);
    }
    if (!answer.ok) throw await refused(answer);
    const given = await answer.json();
    this.use(given.session, given.expires_in_s);
  }

  async #send(path, body, signal, anew) {
    const headers = { authorization: `Bearer ${this.#token ?? ""}` };
    if (body !== undefined) headers["content-type"] = "application/json";
    try {
      return await fetch(new URL(path, this.base()), {
        method: "POST",
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
        credentials: "omit",
        // Answers say themselves that no browser keeps them. This one also sends `Cache-Control:
        // no-cache`, by which the server asks its plugins again.
        cache: anew ? "no-store" : "default",
        referrerPolicy: "no-referrer",
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refused("network", UNREACHED, 0);
    }
  }

  #schedule(ms) {
    this.#dueAt = Date.now() + ms;
    this.#timer = setTimeout(() => this.#renewSoon(), ms);
  }

  #renewSoon() {
    clearTimeout(this.#timer);
    if (!this.#token) return;
    this.renew().catch((error) => {
      // A refusal is final, and the next question will say so. An outage passes.
      if (error.status === 0 || error.status >= 500) this.#schedule(AGAIN_MS);
    });
  }
}

/** What an error answer says, in the form that all of them have. */
async function refused(response) {
  const error = await response
    .json()
    .then((body) => body?.error)
    .catch(() => null);
  const message = typeof error?.message === "string" ? error.message : "The server refused.";
  return new Refused(String(error?.code ?? response.status), message, response.status, error?.field);
}
