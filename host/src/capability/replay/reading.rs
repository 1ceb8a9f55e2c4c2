//! How far a recording has been played: every kind of step has a place of its own.

use super::Stop;
use crate::capability::log::LogLine;
use crate::model::recording::{Recording, Step};
use std::time::Duration;

/// How far it has been played.
#[derive(Default)]
pub(super) struct Reading {
    /// The step after the last request or value that was answered.
    effect: usize,
    /// How many of those were answered.
    pub(super) answered: usize,
    wall: Place,
    monotonic: Place,
    random: (usize, usize),
    sleep: usize,
    pub(super) requests: u64,
    pub(super) lines: Vec<LogLine>,
    pub(super) stop: Option<Stop>,
    beyond: u64,
}

/// A place among the readings of one clock.
#[derive(Default)]
struct Place {
    step: usize,
    times: u32,
    last: u64,
}

impl Reading {
    /// The next request or value, and its number from 1. It is passed.
    pub(super) fn next<'a>(&mut self, recording: &'a Recording) -> Option<(usize, &'a Step)> {
        let rest = recording.steps.get(self.effect..)?;
        let effect = |step: &&Step| matches!(step, Step::Http { .. } | Step::Store { .. });
        let (at, step) = rest.iter().enumerate().find(|(_, step)| effect(step))?;
        self.effect += at + 1;
        Some((self.answered + 1, step))
    }

    pub(super) fn wall(&mut self, recording: &Recording) -> Duration {
        self.wall.read(recording, |step| match step {
            Step::Wall { ms, times } => Some((*ms, *times)),
            _ => None,
        })
    }

    pub(super) fn monotonic(&mut self, recording: &Recording) -> Duration {
        self.monotonic.read(recording, |step| match step {
            Step::Monotonic { ms, times } => Some((*ms, *times)),
            _ => None,
        })
    }

    /// The recorded bytes one after the other, however many are drawn at once; then a row that is the
    /// same each time.
    pub(super) fn random(&mut self, recording: &Recording, into: &mut [u8]) {
        for byte in into {
            *byte = self.random_byte(recording);
        }
    }

    fn random_byte(&mut self, recording: &Recording) -> u8 {
        loop {
            let (step, at) = self.random;
            match recording.steps.get(step) {
                Some(Step::Random(bytes)) if at < bytes.len() => {
                    self.random.1 += 1;
                    return bytes.get(at).copied().unwrap_or(0);
                }
                Some(_) => self.random = (step + 1, 0),
                None => {
                    // Steele and Vigna's splitmix: all that is asked of it is that it does not repeat.
                    self.beyond = self.beyond.wrapping_add(0x9e37_79b9_7f4a_7c15);
                    let mixed =
                        (self.beyond ^ (self.beyond >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    return mixed.to_be_bytes().first().copied().unwrap_or(0);
                }
            }
        }
    }

    /// Whether the next sleep came to its end, and whether it is the last. One that was not recorded
    /// comes to its end.
    pub(super) fn sleep(&mut self, recording: &Recording) -> (bool, bool) {
        let slept = |step: &Step| match step {
            Step::Sleep { over, .. } => Some(*over),
            _ => None,
        };
        let rest = recording.steps.get(self.sleep..).unwrap_or_default();
        let found = rest
            .iter()
            .enumerate()
            .find_map(|(at, step)| Some((at, slept(step)?)));
        let Some((at, over)) = found else {
            return (true, false);
        };
        self.sleep += at + 1;
        let rest = recording.steps.get(self.sleep..).unwrap_or_default();
        (over, !rest.iter().any(|step| slept(step).is_some()))
    }
}

impl Place {
    fn read(
        &mut self,
        recording: &Recording,
        of: impl Fn(&Step) -> Option<(u64, u32)>,
    ) -> Duration {
        while let Some(step) = recording.steps.get(self.step) {
            match of(step) {
                Some((ms, times)) if self.times < times => {
                    self.times += 1;
                    self.last = ms;
                    break;
                }
                _ => {
                    self.step += 1;
                    self.times = 0;
                }
            }
        }
        Duration::from_millis(self.last)
    }
}
