//! Counts in its store how often it was pressed, and shows the count on its card.
use sidepane_sdk::action::Submitted;
use sidepane_sdk::{
    Action, ActionPlugin, ActionResult, Actions, Block, Button, Card, CardPlugin, Context, Error,
    Field, Manifest, Plugin, store,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Acts", "1.0.0").action("count", "counts on")
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        let count = store::get("count")?.unwrap_or_else(|| "0".to_owned());
        let button = Button::new("count", "Count").field(Field::text("note", "Note"));
        let block = Block::new("Count").actions([button]);
        Ok(Some(Card::new().contact_name(count).block(block)))
    }
}

impl ActionPlugin for Guest {
    fn actions() -> Actions {
        Actions::new().on("count", count)
    }
}

fn count(action: Action) -> Submitted {
    let count = store::increment("count", 1)?;
    let who = action.context.email.unwrap_or_default();
    let key = action.idempotency_key;
    let result = ActionResult::done()
        .message(format!("{count} for {who} under {key}"))
        .open_url("javascript:alert(1)")
        .add_tags(["counted"]);
    Ok(match action.value.as_str() {
        "own card" => result.card(Card::new().contact_name("mine")),
        "bad card" => {
            let block = Block::new("Do").actions([Button::new("delete", "Delete")]);
            result.card(Card::new().block(block))
        }
        _ => result,
    })
}

sidepane_sdk::export!(Guest: card, action);
