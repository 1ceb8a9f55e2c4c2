//! L2, L3 and L22: a good plugin, cut, flipped and shuffled.

use crate::case::{Answer, Built, Case};
use crate::ground::Ground;
use anyhow::ensure;
use e2e::core::Core;
use e2e::random::Random;
use sidepane::engine::scan;
use std::sync::Arc;

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "L2",
            "a good plugin, cut off at every single byte",
            Built::Bytes,
            "load.malformed",
            cut,
        )
        .long()
        .otherwise(
            "a cut between two sections leaves a component with fewer parts, which lacks its exports, or \
             at the very end only a note of who made it",
        ),
        Case::new(
            "L3",
            "10,000 single bits flipped in a good plugin",
            Built::Bytes,
            "ok",
            flipped,
        )
        .long()
        .otherwise("a flipped bit makes another plugin, or none; the host stays as it is"),
        Case::new(
            "L22",
            "5,000 plugins with pieces taken out, doubled and swapped",
            Built::Bytes,
            "ok",
            shuffled,
        )
        .long()
        .otherwise(
            "the official suites of malformed modules come with no package, so that pieces of a good \
             plugin are shuffled instead",
        ),
    ]
}

/// Codes that a broken plugin may get; `loaded` is right too where what was broken has no meaning.
const MAY: [&str; 14] = [
    "load.not_wasm",
    "load.wrong_kind",
    "load.malformed",
    "load.limit",
    "load.feature_disabled",
    "load.missing_export",
    "load.type_mismatch",
    "load.unknown_import",
    "manifest.invalid",
    "call.trap",
    "call.fuel_exhausted",
    "output.abi",
    "output.invalid_utf8",
    "output.too_large",
];

async fn cut(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let whole = Core::new().component();
    let mut clean = Vec::new();
    for at in 0..whole.len() {
        if scan(&whole[..at]).is_ok() {
            clean.push(at);
        }
    }
    // Every section ends somewhere, and nothing else is a clean cut.
    ensure!(
        clean.len() < whole.len() / 8,
        "{} cuts look whole",
        clean.len()
    );
    let plugin = ground.name("L2").await;
    for at in &clean {
        let answer = ground.load(&plugin, &whole[..*at], "").await?;
        // What is cut off last is a note of who made it.
        let only_notes = answer.is("loaded") && *at > whole.len() * 3 / 4;
        ensure!(
            only_notes || answer.is("load.missing_export") || answer.is("load.malformed"),
            "cut at {at}: {} {}",
            answer.code,
            answer.text
        );
    }
    ground.load(&plugin, &whole[..whole.len() / 2], "").await
}

async fn flipped(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let whole = Core::new().component();
    let mut dice = Random::new(0x5EED);
    let mut made = Vec::new();
    for number in 0..10_000 {
        let mut bytes = whole.clone();
        let bit = below(&mut dice, bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        keep(&mut made, number, 250, bytes);
    }
    load_all(&ground, "L3", made).await
}

async fn shuffled(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let whole = Core::new().component();
    let mut dice = Random::new(0xD1CE);
    let mut made = Vec::new();
    for number in 0..5_000 {
        let mut bytes = whole.clone();
        let (from, length) = (below(&mut dice, bytes.len() - 64), 1 + below(&mut dice, 64));
        let to = below(&mut dice, bytes.len() - length);
        match below(&mut dice, 4) {
            0 => drop(bytes.drain(from..from + length)),
            1 => {
                let piece = bytes[from..from + length].to_vec();
                bytes.splice(to..to, piece);
            }
            2 => {
                for at in 0..length {
                    bytes.swap(from + at, to + at);
                }
            }
            _ => bytes[from..from + length].fill(0xff),
        }
        keep(&mut made, number, 125, bytes);
    }
    load_all(&ground, "L22", made).await
}

/// Scans all of them, and keeps every so many for the compiler: first those that pass the scan.
fn keep(made: &mut Vec<Vec<u8>>, number: usize, every: usize, bytes: Vec<u8>) {
    let passes = scan(&bytes).is_ok();
    if number.is_multiple_of(every) || passes && made.len() < number / every * 2 {
        made.push(bytes);
    }
}

async fn load_all(ground: &Ground, key: &str, made: Vec<Vec<u8>>) -> anyhow::Result<Answer> {
    ensure!(made.len() >= 40, "{} came to the compiler", made.len());
    let plugin = ground.name(key).await;
    let mut texts = String::new();
    for bytes in made {
        let answer = ground.load(&plugin, bytes, "").await?;
        ensure!(
            answer.is("loaded") || MAY.contains(&answer.code.as_str()),
            "{}: {}",
            answer.code,
            answer.text
        );
        texts += &answer.text;
    }
    Ok(Answer::new("ok", texts))
}

/// A place below `end`.
fn below(dice: &mut Random, end: usize) -> usize {
    usize::try_from(dice.below(end as u64)).expect("below a usize")
}
