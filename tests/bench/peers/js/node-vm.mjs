// The card in Node's `vm`: the script is compiled once, and each request gets a context of its own and a
// deadline. What a desk that runs customers' scripts in Node does.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import vm from "node:vm";

const source = readFileSync(new URL("card.mjs", import.meta.url), "utf8").replace(/^export /gm, "");
const script = new vm.Script(`${source}\nJSON.stringify(card(asked));`);

const server = createServer((request, response) => {
  const asked = Object.fromEntries(new URL(request.url, "http://127.0.0.1").searchParams);
  const context = vm.createContext({ asked, TextEncoder });
  response.setHeader("content-type", "application/json");
  response.end(script.runInContext(context, { timeout: 2000 }));
});
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
