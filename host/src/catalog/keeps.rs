//! What is known of a plugin's cards: whether it lets any be kept, and since when they are others.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// One for each load of a plugin, so that nothing is kept over a new version or another grant.
#[derive(Debug)]
pub struct Keeps {
    /// Never used for another load in this process.
    pub load: u64,
    presses: AtomicU64,
    lets: AtomicU8,
}

const UNKNOWN: u8 = 0;
const YES: u8 = 1;
const NO: u8 = 2;

impl Default for Keeps {
    fn default() -> Self {
        static LOADS: AtomicU64 = AtomicU64::new(0);
        Self {
            load: LOADS.fetch_add(1, Ordering::Relaxed),
            presses: AtomicU64::new(0),
            lets: AtomicU8::new(UNKNOWN),
        }
    }
}

impl Keeps {
    /// Whether a card may be there, or the next one may be kept. Not once a card came that is to be
    /// asked for each time, until one comes that is not.
    pub fn may(&self) -> bool {
        self.lets.load(Ordering::Relaxed) != NO
    }

    /// An answer came that may be kept, or one that may not.
    pub fn learn(&self, lets: bool) {
        match lets {
            true => self.lets.store(YES, Ordering::Relaxed),
            // One of a plugin that keeps others proves nothing.
            false => {
                let _ =
                    self.lets
                        .compare_exchange(UNKNOWN, NO, Ordering::Relaxed, Ordering::Relaxed);
            }
        }
    }

    /// How many buttons were pressed.
    pub fn presses(&self) -> u64 {
        self.presses.load(Ordering::SeqCst)
    }

    /// A button was pressed: whatever cards say of before is not so any more.
    pub fn press(&self) {
        self.presses.fetch_add(1, Ordering::SeqCst);
    }
}
