//! Tries files, folders, links and names of the machine, and counts what it could do.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};
use std::fs;

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("probes_files", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(_context: Context) -> Result<Option<Card>, Error> {
        let done = [
            fs::read("/etc/passwd").is_ok(),
            fs::read("../etc/passwd").is_ok(),
            fs::read("/proc/self/environ").is_ok(),
            fs::read("/dev/zero").is_ok(),
            fs::read_dir("/").is_ok(),
            fs::read_dir(".").is_ok(),
            fs::write("/tmp/sidepane-was-here", "x").is_ok(),
            fs::create_dir("here").is_ok(),
            fs::remove_file("/tmp/sidepane-was-here").is_ok(),
            fs::rename("a", "b").is_ok(),
            fs::hard_link("/etc/passwd", "mine").is_ok(),
            fs::metadata("/").is_ok(),
            std::env::vars().next().is_some(),
            std::env::args().nth(1).is_some(),
        ];
        let done: Vec<usize> = (0..done.len()).filter(|&n| done[n]).collect();
        Ok(Some(Card::new().contact_name(format!("{done:?}"))))
    }
}

sidepane_sdk::export!(Guest: card);
