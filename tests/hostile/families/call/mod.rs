//! C1 to C23: what goes wrong while a plugin is asked.

mod abi;
mod computing;
mod ends;
mod realloc;

use crate::case::{Built, Case};
use e2e::core::{ANSWER, Core};

/// The cases, in the catalogue's order.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = computing::cases();
    cases.extend(abi::cases());
    cases.extend(ends::cases());
    cases.extend(realloc::cases());
    cases.sort_by_key(|case| case.id.trim_start_matches('C').parse::<u32>().unwrap_or(0));
    cases
}

/// Where texts lie: below the memory that the host has allocated for the context.
const TEXT: u32 = 3_072;

/// A core module that is asked for a card, under the default limits.
fn core(
    id: &'static str,
    what: &'static str,
    core: impl Fn() -> Core + Send + Sync + 'static,
    expect: &'static str,
) -> Case {
    limited(id, what, core, "", expect)
}

/// A core module that is asked for a card, under the limits of a grant.
fn limited(
    id: &'static str,
    what: &'static str,
    core: impl Fn() -> Core + Send + Sync + 'static,
    grant: &'static str,
    expect: &'static str,
) -> Case {
    Case::plugin(
        id,
        what,
        Built::Wat,
        move || core().component(),
        grant,
        expect,
    )
}

/// A card whose contact name lies at `at`.
fn named(at: u32, length: u32) -> Core {
    Core::new().words(ANSWER, &[0, 1, 1, at, length])
}

/// A card whose blocks lie at `at`.
fn blocks(at: u32, count: u32) -> Core {
    let mut words = [0; 17];
    (words[1], words[13], words[14]) = (1, at, count);
    Core::new().words(ANSWER, &words)
}

/// A card of one block with one element; `words` are what follows the element's first four bytes,
/// which name its kind.
fn element(kind: u32, words: &[u32]) -> Core {
    const BLOCK: u32 = 2_048;
    let element = BLOCK + 32;
    let mut block = [0; 7];
    (block[5], block[6]) = (element, 1);
    blocks(BLOCK, 1)
        .words(BLOCK, &block)
        .words(element, &[kind])
        .words(element + 4, words)
}
