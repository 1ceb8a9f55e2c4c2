"""{{id}}: what it is, and a function for each thing that it serves."""

from sidepane import (
    Plugin,
    # @action+card
    actions,
    # @end
    # @card
    block,
    # @end
    # @action+card
    button,
    # @end
    # @card
    card,
    # @end
    # @action
    done,
    insert_draft,
    # @end
    # @card
    rows,
    # @end
    # @event
    store,
    # @end
)

plugin = Plugin("{{title}}", "0.1.0")
# @card


@plugin.card
def render(context):
    if not context.email:
        return None
    return card(
        block(
            "{{title}}",
            "waving_hand",
            rows(
                ("E-mail", context.email),
                ("View", context.view),
                # @event+card
                ("Messages", store.get(f"messages/{context.email}")),
                # @end
            ),
            # @action+card
            actions(button("greet", "Greet", value=context.email)),
            # @end
        )
    )
# @end
# @event


@plugin.on("message.created")
def on_message(event):
    if event.contact and event.contact.email:
        store.increment(f"messages/{event.contact.email}")
# @end
# @action


@plugin.action("greet", "writes a greeting into the draft")
def greet(action, form):
    return done("Written.", commands=[insert_draft(f"Hello {action.value}!")])
# @end
