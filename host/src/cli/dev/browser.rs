//! Opening a page in the browser of whoever sits there.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

/// Whether somebody sits at a terminal of a desktop.
pub(super) fn is_there() -> bool {
    let shows = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let desktop = cfg!(target_os = "macos") || shows("DISPLAY") || shows("WAYLAND_DISPLAY");
    desktop && std::io::stdout().is_terminal()
}

/// Has the desktop open an address, which is printed as well: where that fails, somebody clicks.
pub(super) fn open(url: &str) {
    let program = match cfg!(target_os = "macos") {
        true => "open",
        false => "xdg-open",
    };
    let _ = Command::new(program)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
