//! Writes to its store, then accepts a form only if there is a reason in it.
use sidepane_sdk::action::Submitted;
use sidepane_sdk::{Action, ActionPlugin, ActionResult, Actions, Manifest, Plugin, store};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Refuses", "1.0.0").action("ask", "asks for a reason")
    }
}

impl ActionPlugin for Guest {
    fn actions() -> Actions {
        Actions::new().on("ask", ask)
    }
}

fn ask(action: Action) -> Submitted {
    let asked = store::increment("asked", 1)?;
    let reason = action.field("reason").unwrap_or_default();
    Ok(match reason {
        "" => ActionResult::invalid("reason", "Give a reason.").message("Not yet."),
        _ => ActionResult::done().message(format!("asked {asked}")),
    })
}

sidepane_sdk::export!(Guest: action);
