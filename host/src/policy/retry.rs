//! When a failed delivery is tried again, and when no more.

use std::time::Duration;

/// The schedule of a delivery's tries: exponential with full jitter, so that a thousand deliveries
/// that failed together do not come back together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The longest first pause; it doubles with every try.
    pub base: Duration,
    /// The longest pause of all. An hour: a server that was mended is noticed within one.
    pub cap: Duration,
    /// The longest pause that a plugin may ask for.
    pub asked: Duration,
    /// Tries in a series. With the other defaults the thirtieth comes after 9 hours on average.
    pub attempts: u32,
    /// How long a series may last, from acceptance or replay. Three days, over a weekend.
    pub age: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(3_600),
            asked: Duration::from_secs(6 * 3_600),
            attempts: 30,
            age: Duration::from_secs(72 * 3_600),
        }
    }
}

/// What comes after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another one, after this pause.
    Again(Duration),
    /// The series has as many tries as it may have.
    OutOfAttempts,
    /// The series has lasted as long as it may.
    TooOld,
}

impl RetryPolicy {
    /// Decides after try number `attempt` (the first is 1) of a series that began `age` ago.
    /// `asked` is the plugin's own wish; `random` is a fraction from 0 to 1.
    pub fn next(&self, attempt: u32, age: Duration, asked: Option<Duration>, random: f64) -> Next {
        if attempt >= self.attempts {
            return Next::OutOfAttempts;
        }
        let pause = match asked {
            Some(asked) => asked.clamp(self.base.min(self.asked), self.asked),
            None => self.longest(attempt).mul_f64(random.clamp(0.0, 1.0)),
        };
        match age.saturating_add(pause) > self.age {
            true => Next::TooOld,
            false => Next::Again(pause),
        }
    }

    /// The longest pause after try number `attempt`.
    pub fn longest(&self, attempt: u32) -> Duration {
        let doubled = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        self.base.saturating_mul(doubled).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Duration = Duration::ZERO;

    #[test]
    fn pauses_double_up_to_the_cap_and_are_drawn_from_all_of_it() {
        let policy = RetryPolicy::default();
        for (attempt, seconds) in [
            (1, 1),
            (2, 2),
            (5, 16),
            (12, 2_048),
            (13, 3_600),
            (29, 3_600),
        ] {
            let longest = Duration::from_secs(seconds);
            assert_eq!(policy.next(attempt, NEW, None, 1.0), Next::Again(longest));
            assert_eq!(
                policy.next(attempt, NEW, None, 0.5),
                Next::Again(longest / 2)
            );
            assert_eq!(policy.next(attempt, NEW, None, 0.0), Next::Again(NEW));
        }
        assert_eq!(policy.longest(u32::MAX), policy.cap);
    }

    #[test]
    fn a_plugins_wish_is_kept_within_bounds() {
        let policy = RetryPolicy::default();
        let asked = |seconds| policy.next(1, NEW, Some(Duration::from_secs(seconds)), 0.5);
        assert_eq!(asked(0), Next::Again(policy.base));
        assert_eq!(asked(90), Next::Again(Duration::from_secs(90)));
        assert_eq!(asked(86_400), Next::Again(policy.asked));
    }

    #[test]
    fn a_series_ends_by_number_or_by_age() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.next(30, NEW, None, 0.5), Next::OutOfAttempts);
        assert_eq!(policy.next(2, policy.age, None, 0.5), Next::TooOld);
        let almost = policy.age - Duration::from_secs(60);
        let wish = Some(Duration::from_secs(90));
        assert_eq!(policy.next(2, almost, wish, 0.5), Next::TooOld);
    }
}
