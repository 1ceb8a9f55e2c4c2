//! Tries keys of others, keys that lead elsewhere and lengths that are too much, and shows what
//! came of each.
use sidepane_sdk::{Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row, store};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Pries", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(_: Context) -> Result<Option<Card>, Error> {
        let read = [
            "../counts-events/message.created",
            "counts-events/message.created",
            "counts-events\0default\0message.created",
            "/counts-events/default/message.created",
            "default/message.created",
            "message.created",
            "%",
            "' OR 1=1 --",
        ];
        let mut rows: Vec<Row> = read
            .iter()
            .map(|key| {
                Row::new(
                    format!("read {}", key.escape_debug()),
                    told(store::get(key)),
                )
            })
            .collect();
        let (long, wide) = ("k".repeat(257), "v".repeat(65_536));
        rows.push(Row::new("empty key", told(store::get(""))));
        rows.push(Row::new("long key", told(store::set(&long, "v"))));
        rows.push(Row::new("huge key", told(store::set(&wide, "v"))));
        rows.push(Row::new("wide value", told(store::set("k", &wide))));
        rows.push(Row::new(
            "all keys",
            told(store::list_keys("", None, u32::MAX)),
        ));
        let room = (0..100).find_map(|n| store::set(&format!("{n}"), &wide[..60_000]).err());
        rows.push(Row::new("room", format!("{room:?}")));
        let more = (0..2_000).find_map(|_| store::get("k").err());
        rows.push(Row::new("operations", format!("{more:?}")));
        Ok(Some(Card::new().block(Block::new("Pries").list(rows))))
    }
}

fn told<T: std::fmt::Debug>(answer: Result<T, sidepane_sdk::StoreError>) -> String {
    format!("{answer:?}")
}

sidepane_sdk::export!(Guest: card);
