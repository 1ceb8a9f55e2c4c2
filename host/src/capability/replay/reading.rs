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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::context::Context;
    use crate::model::id::{AccountId, Generation, PluginId};
    use crate::model::recording::{Ending, EndingKind, Input};
    use crate::model::time::Millis;
    use crate::model::usage::Usage;

    fn recording(steps: Vec<Step>) -> Recording {
        Recording {
            id: String::new(),
            plugin: PluginId::parse("shop").expect("an id"),
            account: AccountId::default(),
            generation: Generation([0; 32]),
            begun: Millis::default(),
            input: Input::Card(Context::of_view("ticket")),
            settings: Vec::new(),
            steps,
            whole: true,
            ending: Ending::of(EndingKind::Empty),
            usage: Usage::default(),
        }
    }

    #[test]
    fn clocks_go_on_as_recorded_and_then_stand() {
        let recording = recording(vec![
            Step::Wall { ms: 7, times: 2 },
            Step::Monotonic { ms: 1, times: 1 },
            Step::Wall { ms: 9, times: 1 },
        ]);
        let mut reading = Reading::default();
        let walls: Vec<u128> = (0..5)
            .map(|_| reading.wall(&recording).as_millis())
            .collect();
        assert_eq!(walls, [7, 7, 9, 9, 9]);
        let ms: Vec<u128> = (0..2)
            .map(|_| reading.monotonic(&recording).as_millis())
            .collect();
        assert_eq!(ms, [1, 1]);
    }

    #[test]
    fn random_bytes_come_one_after_the_other_however_many_are_drawn() {
        let recording = recording(vec![
            Step::Random(vec![1, 2, 3]),
            Step::Wall { ms: 0, times: 1 },
            Step::Random(vec![4]),
        ]);
        let draw = || {
            let (mut reading, mut two, mut more) = (Reading::default(), [0; 2], [0; 10]);
            reading.random(&recording, &mut two);
            reading.random(&recording, &mut more);
            (two, more)
        };
        let (two, more) = draw();
        assert_eq!((two, &more[..2]), ([1, 2], &[3, 4][..]));
        assert_eq!(draw(), (two, more), "the same each time, also beyond");
        assert_ne!(more[2..6], more[6..10]);
    }

    #[test]
    fn sleeps_end_as_recorded() {
        let sleep = |over| Step::Sleep { ms: Some(5), over };
        let recording = recording(vec![sleep(true), sleep(false)]);
        let mut reading = Reading::default();
        let slept: Vec<_> = (0..3).map(|_| reading.sleep(&recording)).collect();
        assert_eq!(slept, [(true, false), (false, true), (true, false)]);
    }
}
