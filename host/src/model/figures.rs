//! What a host counted since it began.

/// Kept cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheFigures {
    /// Questions answered with a card that its plugin let be kept.
    pub fresh: u64,
    /// Questions answered by a call that was under way for somebody else.
    pub joined: u64,
    /// Questions answered with an older card, as the plugin failed.
    pub stale: u64,
    /// Questions to plugins that let cards be kept, for which they were called.
    pub asked: u64,
    /// Cards in memory.
    pub cards: u64,
    /// About their bytes.
    pub bytes: u64,
}
