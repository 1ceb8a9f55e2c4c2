// The card in workerd: one worker, whose isolate answers all requests.

import { card } from "./card.mjs";

export default {
  fetch(request) {
    const asked = Object.fromEntries(new URL(request.url).searchParams);
    return new Response(JSON.stringify(card(asked)), { headers: { "content-type": "application/json" } });
  },
};
