// The card in Deno: one process, one isolate, the network and nothing else allowed.

import { card } from "./card.mjs";

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`127.0.0.1:${port}`) }, (request) => {
  const asked = Object.fromEntries(new URL(request.url).searchParams);
  return new Response(JSON.stringify(card(asked)), { headers: { "content-type": "application/json" } });
});
