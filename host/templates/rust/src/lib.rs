//! {{id}}: what it is, and a function for each thing that it serves.

// @action+card
use sidepane_sdk::Button;
// @end
// @action
use sidepane_sdk::action::Submitted;
// @end
// @event
use sidepane_sdk::event::{Handled, MessageCreated};
// @end
// @action
use sidepane_sdk::{Action, ActionPlugin, ActionResult, Actions};
// @end
// @card
use sidepane_sdk::{Block, Card, CardPlugin, Context, Error, Row};
// @end
// @event
use sidepane_sdk::{EventPlugin, Handlers, store};
// @end
use sidepane_sdk::{Manifest, Plugin};

/// The plugin; public for its tests alone.
#[derive(Debug)]
pub struct MyPlugin;

impl Plugin for MyPlugin {
    fn manifest() -> Manifest {
        Manifest::new("{{title}}", env!("CARGO_PKG_VERSION"))
            // @action
            .action("greet", "writes a greeting into the draft")
        // @end
    }
}
// @card

impl CardPlugin for MyPlugin {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let Some(email) = context.email else {
            return Ok(None);
        };
        let rows = [
            Some(Row::new("E-mail", &email)),
            Some(Row::new("View", context.view)),
            // @event+card
            Row::maybe("Messages", store::get(&format!("messages/{email}"))?),
            // @end
        ];
        let block = Block::new("{{title}}")
            .icon("waving_hand")
            .list(rows.into_iter().flatten());
        // @action+card
        let block = block.actions([Button::new("greet", "Greet").value(&email)]);
        // @end
        Ok(Some(Card::new().block(block)))
    }
}
// @end
// @event

impl EventPlugin for MyPlugin {
    fn handlers() -> Handlers {
        Handlers::new().message_created(on_message)
    }
}

fn on_message(created: MessageCreated) -> Handled {
    if let Some(email) = created.event.contact.and_then(|contact| contact.email) {
        store::increment(&format!("messages/{email}"), 1)?;
    }
    Ok(())
}
// @end
// @action

impl ActionPlugin for MyPlugin {
    fn actions() -> Actions {
        Actions::new().on("greet", greet)
    }
}

fn greet(action: Action) -> Submitted {
    let draft = format!("Hello {}!", action.value);
    Ok(ActionResult::done().message("Written.").insert_draft(draft))
}
// @end

sidepane_sdk::export!(MyPlugin: {{parts}});
