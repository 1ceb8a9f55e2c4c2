//! Tells what it can see of the host.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("looks_around", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let mut rows = vec![
            ("env", std::env::vars().count().to_string()),
            ("args", std::env::args().count().to_string()),
            (
                "folders",
                std::fs::read_dir("/").map_or("none".into(), |_| "some".to_owned()),
            ),
        ];
        let now = std::time::SystemTime::now();
        let since = now
            .duration_since(std::time::SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        rows.push(("nanoseconds", (since.as_nanos() % 1_000_000).to_string()));
        rows.push(("seconds", since.as_secs().to_string()));
        rows.push(("view", context.view));
        let rows = rows
            .into_iter()
            .map(|(label, text)| sidepane_sdk::Row::new(label, text));
        Ok(Some(
            Card::new().block(sidepane_sdk::Block::new("Host").list(rows)),
        ))
    }
}

sidepane_sdk::export!(Guest: card);
