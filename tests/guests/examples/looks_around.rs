//! Tells what it can see of the host.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};
use std::hash::{BuildHasher, RandomState};
use std::io::{IsTerminal as _, Read as _};
use std::time::{Duration, Instant};

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
        let files = ["/proc/self/environ", "/etc/hostname", "/dev/stdin", "."];
        let opened = files
            .iter()
            .filter(|file| std::fs::File::open(file).is_ok());
        rows.push(("files", opened.count().to_string()));
        let mut input = Vec::new();
        let read = std::io::stdin().read_to_end(&mut input);
        rows.push(("input", read.map_or(0, |_| input.len()).to_string()));
        rows.push(("terminal", std::io::stdout().is_terminal().to_string()));
        rows.push(("tick", tick().as_nanos().to_string()));
        let random = RandomState::new().hash_one("the same text");
        rows.push(("random", random.to_string()));
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

/// What the clock says of a short sleep.
fn tick() -> Duration {
    let begun = Instant::now();
    std::thread::sleep(Duration::from_micros(2_300));
    begun.elapsed()
}

sidepane_sdk::export!(Guest: card);
