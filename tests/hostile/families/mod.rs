//! The families of the catalogue, in its order; each is a file.

mod call;
mod instantiate;
mod load;

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
    let families: [(_, _, fn() -> Vec<Case>); 3] = [
        ("load", "Before anything is made of a file", load::cases),
        (
            "instantiate",
            "While the instance is made",
            instantiate::cases,
        ),
        ("call", "While the plugin is asked", call::cases),
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
