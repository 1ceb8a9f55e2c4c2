//! L1 to L23: what is wrong with a plugin's file before any call.

mod bombs;
mod broken;
mod composed;
mod files;
mod foreign;
mod grants;
mod proposals;
mod shape;

use crate::case::Case;

/// The cases, in the catalogue's order.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(bombs::cases());
    cases.extend(broken::cases());
    cases.extend(composed::cases());
    cases.extend(files::cases());
    cases.extend(foreign::cases());
    cases.extend(grants::cases());
    cases.extend(proposals::cases());
    cases.extend(shape::cases());
    cases.sort_by_key(|case| case.id[1..].parse::<u32>().expect("a number"));
    cases
}
