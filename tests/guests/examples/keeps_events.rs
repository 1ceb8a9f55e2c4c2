//! Writes down, by conversation, which events it has dealt with, and shows it in a card. The text of
//! a message says how often its event fails first (`fail 2`), that the handler crashes after
//! writing (`crash 1`), or how many milliseconds it takes (`sleep 50`).
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, EventError, EventPlugin, Handlers, Manifest, Plugin,
    Row, event::Event, store,
};
use std::time::Duration;

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Keeps", "1.0.0")
    }
}

impl EventPlugin for Guest {
    fn handlers() -> Handlers {
        Handlers::new().otherwise(handle)
    }
}

fn handle(event: Event) -> Result<(), EventError> {
    let key = event
        .conversation
        .map_or_else(|| "none".to_owned(), |it| it.id);
    let text = event
        .message
        .map(|message| message.text)
        .unwrap_or_default();
    let (word, number) = text.split_once(' ').unwrap_or((&text, "0"));
    let number: u32 = number.parse().unwrap_or(0);
    let before = store::get(&key)?.unwrap_or_default();
    store::set(&key, &format!("{before} {}", event.id))?;
    match word {
        "fail" if event.attempt <= number => Err(EventError::failed("not yet")),
        "crash" if event.attempt <= number => panic!("after writing"),
        "later" if event.attempt <= 1 => Err(EventError::retry_after(number, "when it is open")),
        "never" => Err(EventError::give_up("it is gone")),
        "sleep" => {
            std::thread::sleep(Duration::from_millis(number.into()));
            Ok(())
        }
        _ => Ok(()),
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        let mut rows = Vec::new();
        for key in store::list_keys("", None, 1000)? {
            let seen = store::get(&key)?.unwrap_or_default();
            rows.push(Row::new(key, seen.trim()));
        }
        Ok(Some(Card::new().block(Block::new("Kept").list(rows))))
    }
}

sidepane_sdk::export!(Guest: card, event);
