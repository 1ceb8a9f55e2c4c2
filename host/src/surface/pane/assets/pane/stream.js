// Server-sent events read from a fetch. The browser's own EventSource sends neither headers nor a
// body, and the session belongs into a header.

/** Nothing at all for so long means that the connection is dead; the server sends signs of life. */
const SILENCE_MS = 45_000;

/**
 * The events of an answer as they come.
 *
 * @param {Response} response an answer of the type `text/event-stream`
 * @yields {{event: string, data: any}} its name, and its data read as JSON
 */
export async function* events(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read());
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const parts = rest.split(/\r\n\r\n|\n\n|\r\r/);
      rest = parts.pop();
      for (const part of parts) {
        const event = read(part);
        if (event) yield event;
      }
      if (done) return;
    }
  } finally {
    // Also when whoever reads has heard enough: the server then stops working for us.
    reader.cancel().catch(() => {});
  }
}

function read(part) {
  let event = "message";
  const data = [];
  for (const line of part.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  if (!data.length) return null;
  try {
    return { event, data: JSON.parse(data.join("\n")) };
  } catch {
    return null;
  }
}

function inTime(promise) {
  let timer;
  const silence = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new TypeError("the server fell silent")), SILENCE_MS);
  });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}
