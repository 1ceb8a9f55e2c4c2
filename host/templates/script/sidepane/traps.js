// What browsers and Node have and a plugin has not: each says what to use instead.

const LATER = "a call ends when its function returns, so nothing runs later; to try an event again later throw retryAfter(seconds, reason), and http waits for its answers by itself";
const FILES = "a plugin has no files; import a JSON or JS module to bring data along, and keep values in store";

const ENVIRONMENT = 'there is no environment; read what the operator set with settings(), and name secrets in a request: http.get(url).bearer("api_key")';

const TRAPS = {
  setTimeout: LATER,
  setInterval: LATER,
  setImmediate: LATER,
  fetch: 'ask with http of sidepane, which waits for the answer: http.get("https://…").bearer("api_key").send().json()',
  XMLHttpRequest: "ask with http of sidepane: http.get(url).send()",
  WebSocket: "a plugin holds no connections; ask with http of sidepane when it is called",
  require: `write import at the top of the file instead; and ${FILES}`,
  process: ENVIRONMENT,
  localStorage: "keep values in store of sidepane: store.set(key, value)",
};

/** Puts the sentences in place, and answers a function that takes them away again. */
export function setTraps() {
  const before = new Map();
  for (const [name, sentence] of Object.entries(TRAPS)) {
    before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { configurable: true, ...trap(name, sentence) });
  }
  return () => {
    for (const [name, descriptor] of before) {
      delete globalThis[name];
      if (descriptor) {
        Object.defineProperty(globalThis, name, descriptor);
      }
    }
  };
}

// A function where programs call one, else an object with one member that is used. Libraries that only
// look whether something is there find nothing that harms them.
function trap(name, sentence) {
  const fail = () => {
    throw new Error(`${name} is not there in a plugin: ${sentence}.`);
  };
  const members = {
    process: { env: new Proxy({}, { get: fail }) },
    localStorage: { getItem: fail, setItem: fail, removeItem: fail },
  };
  return { value: members[name] ?? fail, writable: true };
}

/** Modules of Node, and what to use instead; the build asks. */
export function insteadOf(module) {
  const name = module.replace(/^node:/, "").split("/")[0];
  const sentence = {
    fs: FILES,
    path: "paths lead to files, and a plugin has none",
    http: TRAPS.fetch,
    https: TRAPS.fetch,
    net: TRAPS.WebSocket,
    timers: LATER,
    process: ENVIRONMENT,
    os: ENVIRONMENT,
    child_process: "a plugin starts no programs; ask a server with http of sidepane",
    worker_threads: "a call has one thread; http.sendAll asks several servers at a time",
    crypto: "let a server do the sum, or bring a library from npm that is written in JavaScript",
  }[name];
  return `${module} is not there in a plugin: ${sentence ?? "it belongs to Node; look for a library from npm that runs in browsers, too"}.`;
}
