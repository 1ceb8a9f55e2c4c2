//! How long leases have run, by a clock that somebody may set.

use crate::model::time::Millis;
use std::cell::Cell;
use std::time::Duration;

/// The time that has passed, as far as it can be told from the moments that requests bring. A clock
/// that is set, back or by hours, counts for nothing: nobody who holds a delivery was slower for it,
/// and none is held for longer.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Cell<Option<Millis>>,
    passed: Cell<i64>,
}

/// Moments of requests side by side are out of order by less than this.
const JITTER: Duration = Duration::from_secs(60);

/// Longer ones are no waiting but a clock that was set, or a machine that slept.
const LEAP: Duration = Duration::from_secs(3600);

impl Pace {
    /// Milliseconds that have passed until `now`.
    pub(super) fn until(&self, now: Millis) -> i64 {
        let last = self.last.get().unwrap_or(now);
        let (ahead, behind) = (now.since(last), last.since(now));
        if !ahead.is_zero() && ahead <= LEAP {
            let ahead = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
            self.passed.set(self.passed.get().saturating_add(ahead));
        }
        if behind.is_zero() || behind > JITTER {
            self.last.set(Some(now));
        }
        self.passed.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_and_leaps_do_not_count() {
        const DAY: i64 = 86_400_000;
        let pace = Pace::default();
        let cases = [
            (5 * DAY, 0),
            (5 * DAY + 100, 100),
            // Out of order by a little, and on.
            (5 * DAY + 90, 100),
            (5 * DAY + 200, 200),
            // A day ahead, and on from there.
            (6 * DAY, 200),
            (6 * DAY + 50, 250),
            // Back to 1970, and on from there.
            (0, 250),
            (10, 260),
            (2 * 60_000, 120_250),
            (50_000, 120_250),
            (50_010, 120_260),
        ];
        for (now, passed) in cases {
            assert_eq!(pace.until(Millis(now)), passed, "at {now}");
        }
    }
}
