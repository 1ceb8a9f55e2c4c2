// Requests to other servers, as far as manifest and grant go.

import { host } from "./host.js";

export const get = (url) => request("GET", url);
export const post = (url) => request("POST", url);
export const put = (url) => request("PUT", url);
export const patch = (url) => request("PATCH", url);
export { remove as delete };
const remove = (url) => request("DELETE", url);
export const request = (method, url) => new Request(method, url);

/** Sends requests side by side. Each answer is a function: it returns the response or throws. */
export function sendAll(...requests) {
  const all = requests.flat();
  return host()
    .http.sendAll(all.map((one) => one.wire))
    .map((answer, at) => () => all[at].answered(answer));
}

/** One request; nothing happens before it is sent. */
class Request {
  constructor(method, url) {
    this.wire = { method, url, headers: [], body: undefined, timeoutMs: undefined };
  }

  query(name, value) {
    const { url } = this.wire;
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    this.wire.url = `${url}${url.includes("?") ? "&" : "?"}${pair}`;
    return this;
  }

  header(name, value) {
    return this.#header(name, { tag: "plain", val: String(value) });
  }

  bearer(secret) {
    return this.#secret("authorization", secret, { tag: "bearer" });
  }

  basicUser(secret, password) {
    return this.#secret("authorization", secret, { tag: "basic-user", val: password });
  }

  basicPassword(user, secret) {
    return this.#secret("authorization", secret, { tag: "basic-password", val: user });
  }

  secretHeader(name, secret) {
    return this.#secret(name, secret, { tag: "raw" });
  }

  json(value) {
    return this.text("application/json", JSON.stringify(value));
  }

  form(fields) {
    const pairs = Object.entries(fields).map((pair) => pair.map(encodeURIComponent).join("="));
    return this.text("application/x-www-form-urlencoded", pairs.join("&"));
  }

  text(contentType, text) {
    this.wire.body = { tag: "text", val: text };
    return this.header("content-type", contentType);
  }

  bytes(contentType, bytes) {
    this.wire.body = { tag: "bytes", val: bytes };
    return this.header("content-type", contentType);
  }

  timeoutMs(milliseconds) {
    this.wire.timeoutMs = milliseconds;
    return this;
  }

  send() {
    try {
      return this.#response(host().http.send(this.wire));
    } catch (error) {
      throw error.payload ? this.failed(error.payload) : error;
    }
  }

  /** One answer of `sendAll`. */
  answered(answer) {
    if (answer.tag === "err") {
      throw this.failed(answer.val);
    }
    return this.#response(answer.val);
  }

  failed({ tag, val }) {
    const { method, url } = this.wire;
    const passes = tag === "dns" || tag === "connect" || val?.status === 429;
    const retryable = passes || (this.#reads() && (tag === "timeout" || tag === "protocol" || val?.status >= 500));
    return new HttpError(`${method} ${url.split("?")[0]}${WHY[tag](val)}`, { kind: tag, retryable, ...val?.said });
  }

  #response(wire) {
    return new Response(this, wire);
  }

  #reads() {
    return this.wire.method === "GET" || this.wire.method === "HEAD";
  }

  #secret(header, name, format) {
    return this.#header(header, { tag: "secret", val: { name, format } });
  }

  #header(name, value) {
    this.wire.headers.push([name, value]);
    return this;
  }
}

/** What a server answered, whatever the status. */
class Response {
  #request;
  #body;

  constructor(request, { status, headers, body }) {
    this.#request = request;
    this.#body = body;
    this.status = status;
    this.headers = headers;
    this.ok = status >= 200 && status < 300;
  }

  header(name) {
    return this.headers.find(([key]) => key === name.toLowerCase())?.[1];
  }

  /** The body as text; empty where it is no text. */
  text() {
    return this.#body.tag === "text" ? this.#body.val : "";
  }

  /** The body's bytes, where it is no text. */
  bytes() {
    return this.#body.tag === "bytes" ? this.#body.val : undefined;
  }

  /** Itself, if its status is one of 200 to 299. */
  success() {
    if (this.ok) {
      return this;
    }
    const { status } = this;
    const pause = Number(this.header("retry-after") ?? Number.NaN);
    const said = { status, retryAfterS: Number.isInteger(pause) ? pause : undefined };
    throw this.#request.failed({ tag: "status", val: { status, said } });
  }

  /** Itself, or undefined where there is no such thing (404 or 410). */
  found() {
    return this.status === 404 || this.status === 410 ? undefined : this.success();
  }

  /** The body of a successful answer, read as JSON. */
  json() {
    return this.success().errorJson();
  }

  /** The body of an answer of any status, read as JSON. */
  errorJson() {
    try {
      return JSON.parse(this.text());
    } catch (error) {
      throw this.#request.failed({ tag: "json", val: error.message });
    }
  }
}

/** A request that came to nothing. */
export class HttpError extends Error {
  constructor(message, { kind, retryable, status, retryAfterS }) {
    super(message);
    this.name = "HttpError";
    this.ours = true;
    this.kind = kind;
    this.retryable = retryable;
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

const DURING = {
  resolve: "while the name was looked up",
  connect: "while connecting",
  tls: "while encryption was set up",
  send: "while sending",
  wait: "before the server answered",
  receive: "while the answer came in",
};

const WHY = {
  denied: ({ rule }) => ` is not allowed by the grant (rule: ${rule})`,
  dns: (why) => `: the name does not resolve: ${why}`,
  connect: (why) => `: no connection: ${why}`,
  tls: (why) => `: no trusted connection: ${why}`,
  timeout: (phase) => `: time ran out ${DURING[phase]}`,
  "too-large": (limit) => `: a body exceeds ${limit} bytes`,
  quota: (what) => `: the call's budget is used up: ${what}`,
  protocol: (why) => `: the answer is not whole: ${why}`,
  status: ({ status }) => ` answered ${status}`,
  json: (why) => ` answered other json than expected: ${why}`,
  other: (why) => ` failed: ${why}`,
};
