//! The families of the catalogue, in its order; each is a file.

mod instantiate;
mod names;
mod network;
mod secrets;
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

/// A family's cases, made when they are wanted.
type Cases = fn() -> Vec<Case>;

/// The whole catalogue.
pub(crate) fn all() -> Vec<Family> {
    let families: [(_, _, Cases); 5] = [
        (
            "instantiate",
            "While the instance is made",
            instantiate::cases,
        ),
        ("network", "On the way out", network::cases),
        ("names", "Where names lead", names::cases),
        ("secrets", "Secrets on their way", secrets::cases),
        ("upstreams", "What servers send back", upstreams::cases),
    ];
    families
        .into_iter()
        .map(|(name, title, cases)| Family {
            name,
            title,
            cases: cases(),
        })
        .collect()
}
