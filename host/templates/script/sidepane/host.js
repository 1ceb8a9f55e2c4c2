// The one door to the host: in a component it leads to the imports (`component.js`), in a test to
// the fake host (`testing.js`).

const absent = () => {
  throw new Error("there is no host here: run the plugin in a test through FakeHost of sidepane/testing.js");
};

let current = {
  http: { send: absent, sendAll: absent },
  settings: { all: () => [] },
  store: new Proxy({}, { get: () => absent }),
  log: { write: (level, message) => globalThis.console?.log(`${level}: ${message}`) },
};

/** Has the plugin talk to this host from now on, and answers the one before. */
export function connect(host) {
  const before = current;
  current = host;
  return before;
}

/** The host that the plugin talks to. */
export const host = () => current;
