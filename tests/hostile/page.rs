//! `docs/hostile.md`: written from the catalogue, or held equal to it.

use crate::case::Case;
use crate::families::Family;
use std::fmt::Write;
use std::path::Path;

/// What stands in front of the tables.
const HEAD: &str = include_str!("head.md");

/// Writes the page when `SIDEPANE_BLESS` is set, and otherwise compares it.
///
/// # Errors
/// Where the two differ first, and how to write it anew.
pub(crate) fn hold(families: &[Family]) -> Result<(), String> {
    let page = page(families);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/hostile.md");
    if std::env::var_os("SIDEPANE_BLESS").is_some() {
        return std::fs::write(&file, page).map_err(|error| format!("docs/hostile.md: {error}"));
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    if there == page {
        return Ok(());
    }
    let lines = there.lines().chain(std::iter::repeat(""));
    let (number, (is, should)) = lines
        .zip(page.lines())
        .enumerate()
        .find(|(_, (is, should))| is != should)
        .unwrap_or((page.lines().count(), ("more lines", "an end")));
    Err(format!(
        "WRONG docs/hostile.md, line {}: {is:?} instead of {should:?}; SIDEPANE_BLESS=1 writes it anew",
        number + 1
    ))
}

fn page(families: &[Family]) -> String {
    let all: Vec<&Case> = families.iter().flat_map(|family| &family.cases).collect();
    let mut ids: Vec<&str> = all.iter().map(|case| case.id).collect();
    ids.dedup();
    let mut page = String::from(HEAD);
    let _ = writeln!(
        page,
        "\n## The catalogue\n\n{} cases in {} forms.",
        ids.len(),
        all.len()
    );
    for family in families {
        let _ = writeln!(page, "\n### {}\n", family.title);
        page.push_str("| case | what it does | what it gets | made of |\n|---|---|---|---|\n");
        for case in &family.cases {
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                case.id,
                case.what,
                codes(case),
                case.built.word()
            );
        }
        let reasons: Vec<_> = family
            .cases
            .iter()
            .filter_map(|case| Some((case, case.otherwise?)))
            .collect();
        if !reasons.is_empty() {
            page.push_str("\nAnswered in another way than one may expect:\n\n");
        }
        for (case, why) in reasons {
            let _ = writeln!(page, "- {} ({}): {why}", case.id, case.what);
        }
    }
    page
}

fn codes(case: &Case) -> String {
    let codes: Vec<_> = case.expect.iter().map(|code| format!("`{code}`")).collect();
    codes.join(" or ")
}
