// {{id}}: what it is, and a function for each thing that it serves.

import {
  // @action+card
  actions,
  // @end
  // @card
  block,
  // @end
  // @action+card
  button,
  // @end
  // @action
  insertDraft,
  // @end
  // @card
  list,
  // @end
  plugin,
  // @event
  store,
  // @end
} from "../sidepane/index.js";

export default plugin({
  name: "{{title}}",
  version: "0.1.0",
  // @card

  render(context) {
    if (!context.email) {
      return undefined;
    }
    const rows = [
      ["E-mail", context.email],
      ["View", context.view],
      // @event+card
      ["Messages", store.get(`messages/${context.email}`)],
      // @end
    ];
    return {
      blocks: [
        block(
          "{{title}}",
          "waving_hand",
          list(...rows),
          // @action+card
          actions(button("greet", "Greet", { value: context.email })),
          // @end
        ),
      ],
    };
  },
  // @end
  // @event

  events: {
    "message.created"(event) {
      if (event.contact?.email) {
        store.increment(`messages/${event.contact.email}`);
      }
    },
  },
  // @end
  // @action

  actions: {
    greet: {
      description: "writes a greeting into the draft",
      submit: (action) => ({ message: "Written.", commands: [insertDraft(`Hello ${action.value}!`)] }),
    },
  },
  // @end
});
