//! The families of the catalogue, in its order; each is a file.

mod api;
mod call;
mod cross;
mod hostcalls;
mod instantiate;
mod load;
mod names;
mod network;
mod secrets;
mod shown;
mod upstreams;

use crate::case::Case;

/// Cases that belong together and are judged together.
pub(crate) struct Family {
    /// Its file's name.
    pub(crate) name: &'static str,
    /// As the documents say it.
    pub(crate) title: &'static str,
    /// Its cases.
    pub(crate) cases: Vec<Case>,
}

/// The whole catalogue.
pub(crate) fn all() -> Vec<Family> {
    vec![
        family("load", "Before anything is made of a file", load::cases()),
        family(
            "instantiate",
            "While the instance is made",
            instantiate::cases(),
        ),
        family("call", "While the plugin is asked", call::cases()),
        family("hostcalls", "What it asks of the host", hostcalls::cases()),
        family(
            "cross",
            "Between plugins, accounts and calls",
            cross::cases(),
        ),
        family("network", "On the way out", network::cases()),
        family("names", "Where names lead", names::cases()),
        family("secrets", "Secrets on their way", secrets::cases()),
        family("upstreams", "What servers send back", upstreams::cases()),
        family("shown", "In front of the agent", shown::cases()),
        family("api", "At the host's own doors", api::cases()),
    ]
}

fn family(name: &'static str, title: &'static str, cases: Vec<Case>) -> Family {
    Family { name, title, cases }
}
