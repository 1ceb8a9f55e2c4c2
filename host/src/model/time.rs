//! A moment, as the host keeps and tells it.

use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

/// Milliseconds since 1970, UTC. It reads as RFC 3339 with exactly three decimals, so that sorting
/// the texts sorts the moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl Millis {
    /// The last whole second that reads with four digits of year at any offset, to its last
    /// millisecond: what the library can write.
    pub const MAX: Self = Self(253_402_207_199_999);

    /// Reads RFC 3339 with any offset; finer parts than milliseconds are cut.
    pub fn parse(text: &str) -> Option<Self> {
        let moment: Timestamp = text.parse().ok()?;
        Some(Self(moment.as_millisecond())).filter(|at| (Self(0)..=Self::MAX).contains(at))
    }

    /// This moment and then `wait`, or the last one there is.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(wait)).min(Self::MAX)
    }

    /// How long ago `earlier` was; nothing when it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl From<Duration> for Millis {
    /// From the time since 1970, as clocks tell it.
    fn from(since_1970: Duration) -> Self {
        Self::default().after(since_1970)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = Timestamp::from_millisecond(self.0).unwrap_or_default();
        write!(f, "{moment:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_utc_with_three_decimals() {
        for (text, told) in [
            ("2026-11-22T14:25:08Z", "2026-11-22T14:25:08.000Z"),
            ("2026-11-22T15:25:08.1239+01:00", "2026-11-22T14:25:08.123Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
            ("9999-12-30T21:59:59.999Z", "9999-12-30T21:59:59.999Z"),
        ] {
            let moment = Millis::parse(text).expect(text);
            assert_eq!(moment.to_string(), told);
            assert_eq!(Millis::parse(told), Some(moment));
        }
        for bad in [
            "",
            "yesterday",
            "2026-11-22",
            "2026-11-22T14:25:08",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(Millis::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn time_does_not_run_over() {
        assert_eq!(Millis(5).after(Duration::MAX), Millis::MAX);
        assert_eq!(Millis::parse(&Millis::MAX.to_string()), Some(Millis::MAX));
        assert_eq!(Millis(5).since(Millis(9)), Duration::ZERO);
        assert_eq!(Millis(9).since(Millis(5)), Duration::from_millis(4));
    }
}
