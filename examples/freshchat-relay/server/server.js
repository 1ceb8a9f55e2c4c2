// Forwards Freshchat's product events to Sidepane, which keeps them until its plugins have dealt
// with them. All five events come to the same function.

// What the platform lets one request carry.
const MOST_BYTES = 100 * 1024;

exports = {
  forward: async function (args) {
    const event = { ...args };
    // Settings of this installation, the token among them. Sidepane would drop them too.
    delete event.iparams;
    delete event.app_settings;

    const body = JSON.stringify(event);
    const bytes = Buffer.byteLength(body);
    // The log gets the event's name and moment, never what is in it.
    const name = `${event.event} of ${event.timestamp}`;
    if (bytes > MOST_BYTES) {
      console.error(`${name} is lost: it has ${bytes} bytes, ${MOST_BYTES} are the most`);
      return;
    }
    try {
      // 202 is new, 200 a repetition. Sending it again is harmless: Sidepane makes the same id of
      // the same event.
      await $request.invokeTemplate("forward", { body });
    } catch (error) {
      console.error(`${name} is lost: Sidepane answered ${error.status}`);
    }
  },
};
