//! Every seed, and seeds changed at random for a while: what the fuzzer does by coverage, done
//! blindly on every run of the suite.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking"
)]

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use sidepane::surface;
use sidepane_fuzz::{DOORS, TARGETS};
use std::path::{Path, PathBuf};

/// Changed inputs a target. The fuzzer's own run does far more.
const ROUNDS: usize = 20_000;

#[test]
fn every_door_has_a_number() {
    let (cards, events) = (surface::all().iter(), surface::events().iter());
    let (actions, pages) = (surface::actions().iter(), surface::pages().iter());
    let routes = cards.map(|door| door.routes());
    let routes = routes.chain(events.map(|door| door.routes()));
    let routes = routes.chain(actions.map(|door| door.routes()));
    for routes in routes.chain(pages.map(|door| door.routes())) {
        let first = routes.first().expect("an address").path;
        assert!(DOORS.contains(&first), "{first} is none of DOORS");
    }
}

#[test]
fn seeds_hold() {
    for (name, holds) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() >= 5, "{name} has {} seeds", seeds.len());
        for (_, bytes) in &seeds {
            holds(bytes);
        }
    }
}

#[test]
fn seeds_changed_at_random_hold() {
    let seed: u64 = rand::rng().random();
    println!("random seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    for (name, holds) in TARGETS {
        let seeds = seeds(name);
        for _ in 0..ROUNDS {
            let mut bytes = seeds.choose(&mut random).expect("a seed").1.clone();
            for _ in 0..random.random_range(1..=4) {
                change(&mut bytes, &seeds, &mut random);
            }
            holds(&bytes);
        }
    }
}

/// One change: a byte, a piece taken out, a piece doubled, or a piece of another seed.
fn change(bytes: &mut Vec<u8>, seeds: &[(PathBuf, Vec<u8>)], random: &mut StdRng) {
    if bytes.is_empty() {
        bytes.push(random.random());
        return;
    }
    let at = random.random_range(0..bytes.len());
    let end = (at + random.random_range(1..=16)).min(bytes.len());
    match random.random_range(0..4) {
        0 => bytes[at] = random.random(),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => {
            let other = &seeds.choose(random).expect("a seed").1;
            let from = random.random_range(0..=other.len());
            let to = (from + 16).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
    }
}

fn seeds(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut seeds: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of seeds")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a seed");
            (path, bytes)
        })
        .collect();
    seeds.sort();
    seeds
}
