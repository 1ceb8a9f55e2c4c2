//! {{id}}: what it is, and a function for each thing that it serves.

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
// @action+card
use sidepane_sdk::Button;
// @end
// @event
use sidepane_sdk::{EventPlugin, Handlers, store};
// @end
use sidepane_sdk::{Manifest, Plugin};

#[derive(Debug)]
pub struct {{Type}};

impl Plugin for {{Type}} {
    fn manifest() -> Manifest {
        let manifest = Manifest::new("{{title}}", env!("CARGO_PKG_VERSION"));
        // @action
        let manifest = manifest.action("greet", "writes a greeting into the draft");
        // @end
        manifest
    }
}
// @card

impl CardPlugin for {{Type}} {
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

impl EventPlugin for {{Type}} {
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

impl ActionPlugin for {{Type}} {
    fn actions() -> Actions {
        Actions::new().on("greet", greet)
    }
}

fn greet(action: Action) -> Submitted {
    let draft = format!("Hello {}!", action.value);
    Ok(ActionResult::done().message("Written.").insert_draft(draft))
}
// @end

sidepane_sdk::export!({{Type}}: {{parts}});
