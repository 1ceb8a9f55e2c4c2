//! How long cards are kept, and how many.

use std::time::Duration;

/// What may be answered again. What a plugin says of its own card is the beginning; this bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// Bytes of memory for cards of all plugins together; 0 keeps none.
    pub bytes: u64,
    /// The longest that a card is fresh, whatever its plugin says.
    pub longest: Duration,
    /// How long past that it may stand in when its plugin fails.
    pub stale: Duration,
}

impl Default for CachePolicy {
    fn default() -> Self {
        Self {
            // Some ten thousand usual cards.
            bytes: 64 << 20,
            // An agent's shift; a card that is to last longer is asked for once a day.
            longest: Duration::from_secs(24 * 3_600),
            // Long enough for an outage, short enough that nobody takes it for the state of things.
            stale: Duration::from_secs(3_600),
        }
    }
}
