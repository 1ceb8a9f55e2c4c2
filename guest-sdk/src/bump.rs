//! The allocator of a plugin: it takes the next bytes and never gives any back.
//!
//! An instance serves one call and is dropped with all its memory, so freeing is work for nothing.
//! Only the block on top can shrink, grow in place or be taken back, which is what a `Vec` or a
//! `String` does while it is filled. An allocation is a few instructions: with it the examples take
//! a quarter to a third less fuel.
//!
//! The first [`ARENA`] bytes are part of the module's zeroed memory: they need no `memory.grow`, and
//! pages that stay untouched take no memory of the host's. After that, memory grows by steps of
//! [`STEP`] and more. The C library has an allocator of its own behind the parts of `std` that call
//! it; the two do not share memory, which is why this one never uses the space behind the heap's
//! base.

/// Bytes that are there without growing. A card of some blocks with one HTTP answer takes 10 to 60
/// KiB.
#[cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "the wasm part uses it")
)]
const ARENA: usize = 128 << 10;

/// The least by which memory grows: four pages, so that growing (a system call in most hosts) stays
/// rare.
const STEP: usize = 256 << 10;

/// The most that is asked for at once beyond what is needed, so that a plugin near its limit still
/// gets what there is.
const MAX_STEP: usize = 4 << 20;

/// Bytes of a page of wasm memory.
const PAGE: usize = 64 << 10;

/// Gives whole pages: at least so many bytes, the start of them, or none when memory is full.
trait Pages {
    /// Adds `bytes` (a multiple of the page) to the memory and answers where they start.
    fn grow(&mut self, bytes: usize) -> Option<usize>;
}

/// Where the next block goes. Addresses only; nothing here touches memory.
#[derive(Debug)]
struct Bump {
    /// The first byte that is free.
    next: usize,
    /// The first byte that is not ours.
    end: usize,
    /// How much was grown so far.
    grown: usize,
}

impl Bump {
    const fn new() -> Self {
        Self {
            next: 0,
            end: 0,
            grown: 0,
        }
    }

    /// A place for a new block; `align` is a power of two.
    fn place(&mut self, size: usize, align: usize, pages: &mut impl Pages) -> Option<usize> {
        let mut at = self.next.checked_next_multiple_of(align)?;
        let mut end = at.checked_add(size)?;
        if end > self.end {
            self.grow(size.checked_add(align)?, pages)?;
            at = self.next.checked_next_multiple_of(align)?;
            end = at.checked_add(size)?;
        }
        self.next = end;
        Some(at)
    }

    /// Whether the block at `at` can have its new size without moving.
    fn resize(&mut self, at: usize, old: usize, new: usize, pages: &mut impl Pages) -> bool {
        if at + old != self.next {
            return new <= old;
        }
        let Some(end) = at.checked_add(new) else {
            return false;
        };
        if end > self.end {
            // If the new pages do not follow on, `next` is on them already, and the block moves.
            let grown = self.grow(end - self.end, pages);
            if grown.is_none() || self.next != at + old {
                return false;
            }
        }
        self.next = end;
        true
    }

    /// Takes the block back if it is on top.
    fn release(&mut self, at: usize, size: usize) {
        if at + size == self.next {
            self.next = at;
        }
    }

    /// Gets at least so many bytes more, behind the ones there are or in a place of their own.
    fn grow(&mut self, bytes: usize, pages: &mut impl Pages) -> Option<()> {
        let least = bytes.checked_next_multiple_of(PAGE)?;
        let ample = least.max(self.grown.clamp(STEP, MAX_STEP));
        let (start, size) = match pages.grow(ample) {
            Some(start) => (start, ample),
            None => (pages.grow(least)?, least),
        };
        if start != self.end {
            self.next = start;
        }
        // The last page ends at 4 GiB, one more than an address can say there.
        self.end = start.saturating_add(size);
        self.grown = self.grown.saturating_add(size);
        Some(())
    }
}

#[cfg(target_arch = "wasm32")]
#[allow(
    unsafe_code,
    reason = "an allocator hands out raw memory; a plugin has one thread"
)]
mod global {
    use std::alloc::{GlobalAlloc, Layout};
    use std::cell::UnsafeCell;
    use std::ptr;

    use super::{ARENA, Bump, PAGE, Pages};

    #[global_allocator]
    static ALLOCATOR: Global = Global {
        bump: UnsafeCell::new(Bump::new()),
    };

    static SPACE: Space = Space(UnsafeCell::new([0; ARENA]));

    struct Global {
        bump: UnsafeCell<Bump>,
    }

    #[repr(align(16))]
    struct Space(UnsafeCell<[u8; ARENA]>);

    // SAFETY: wasm32-wasip2 has no threads, and nothing below calls back into the allocator.
    unsafe impl Sync for Global {}
    // SAFETY: as above; only the blocks that `Bump` places are used, each by its owner.
    unsafe impl Sync for Space {}

    struct Memory;

    impl Pages for Memory {
        fn grow(&mut self, bytes: usize) -> Option<usize> {
            match core::arch::wasm32::memory_grow::<0>(bytes / PAGE) {
                usize::MAX => None,
                pages => pages.checked_mul(PAGE),
            }
        }
    }

    impl Global {
        /// The state, with the arena in it.
        #[allow(
            clippy::mut_from_ref,
            reason = "one thread, and no call nests in another"
        )]
        fn bump(&self) -> &mut Bump {
            // SAFETY: nobody else holds a reference: see `Sync` above.
            let bump = unsafe { &mut *self.bump.get() };
            if bump.end == 0 {
                bump.next = SPACE.0.get() as usize;
                bump.end = bump.next + ARENA;
            }
            bump
        }
    }

    // SAFETY: `Bump` places blocks of the asked size and alignment inside memory that nobody else
    // uses, and no two of them overlap.
    unsafe impl GlobalAlloc for Global {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            match self
                .bump()
                .place(layout.size(), layout.align(), &mut Memory)
            {
                Some(at) => at as *mut u8,
                None => ptr::null_mut(),
            }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            self.bump().release(block as usize, layout.size());
        }

        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            let bump = self.bump();
            if bump.resize(block as usize, layout.size(), size, &mut Memory) {
                return block;
            }
            match bump.place(size, layout.align(), &mut Memory) {
                Some(at) => {
                    let moved = at as *mut u8;
                    // SAFETY: the old block has `layout.size()` bytes and the new one `size`, and
                    // they do not overlap, as the old one is still taken.
                    unsafe { ptr::copy_nonoverlapping(block, moved, layout.size().min(size)) };
                    moved
                }
                None => ptr::null_mut(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory that ends at `end` and may grow to `limit`; somebody else may take pages in between.
    struct Memory {
        end: usize,
        limit: usize,
        calls: usize,
    }

    impl Pages for Memory {
        fn grow(&mut self, bytes: usize) -> Option<usize> {
            assert_eq!(bytes % PAGE, 0);
            self.calls += 1;
            let start = self.end;
            self.end = start.checked_add(bytes).filter(|end| *end <= self.limit)?;
            Some(start)
        }
    }

    impl Memory {
        fn up_to(limit: usize) -> Self {
            Self {
                end: 16 * PAGE,
                limit,
                calls: 0,
            }
        }
    }

    /// A bump over an arena at 1000, as at the start of a call.
    fn started() -> Bump {
        Bump {
            next: 1000,
            end: 1000 + ARENA,
            ..Bump::new()
        }
    }

    #[test]
    fn blocks_are_aligned_and_do_not_overlap() {
        let (mut bump, mut memory) = (started(), Memory::up_to(1 << 30));
        let mut free_from = 1000;
        for (size, align) in [
            (1, 1),
            (8, 8),
            (3, 2),
            (16, 16),
            (1, 1),
            (4096, 4096),
            (0, 1),
        ] {
            let at = bump.place(size, align, &mut memory).unwrap();
            assert_eq!(at % align, 0);
            assert!(at >= free_from);
            free_from = at + size;
        }
        assert_eq!(memory.calls, 0, "all of it fits into the arena");
    }

    #[test]
    fn the_block_on_top_grows_and_shrinks_where_it_is() {
        let (mut bump, mut memory) = (started(), Memory::up_to(1 << 30));
        let below = bump.place(8, 1, &mut memory).unwrap();
        let top = bump.place(8, 1, &mut memory).unwrap();
        assert!(bump.resize(top, 8, 64, &mut memory));
        assert!(bump.resize(top, 64, 16, &mut memory));
        assert_eq!(bump.place(1, 1, &mut memory), Some(top + 16));
        assert!(
            bump.resize(below, 8, 4, &mut memory),
            "a smaller block stays where it is"
        );
        assert!(
            !bump.resize(below, 8, 9, &mut memory),
            "a larger one would run into the next"
        );
    }

    #[test]
    fn only_the_block_on_top_is_taken_back() {
        let (mut bump, mut memory) = (started(), Memory::up_to(1 << 30));
        let below = bump.place(8, 1, &mut memory).unwrap();
        let top = bump.place(8, 1, &mut memory).unwrap();
        bump.release(below, 8);
        assert_eq!(bump.place(1, 1, &mut memory), Some(top + 8));
        bump.release(top + 8, 1);
        assert_eq!(bump.place(1, 1, &mut memory), Some(top + 8));
    }

    #[test]
    fn memory_grows_by_few_and_larger_steps() {
        let (mut bump, mut memory) = (started(), Memory::up_to(1 << 30));
        for _ in 0..16_000 {
            bump.place(1 << 10, 8, &mut memory).unwrap();
        }
        assert!(memory.calls <= 10, "{} steps for 16 MB", memory.calls);
    }

    #[test]
    fn pages_that_follow_on_extend_the_last_block() {
        let (mut bump, mut memory) = (started(), Memory::up_to(1 << 30));
        let first = bump.place(ARENA + 1, 1, &mut memory).unwrap();
        assert_eq!(first, 16 * PAGE);
        assert!(bump.resize(first, ARENA + 1, 3 << 20, &mut memory));
        memory.end += PAGE; // somebody else's page
        assert!(
            !bump.resize(first, 3 << 20, 9 << 20, &mut memory),
            "it has to move"
        );
        let moved = bump.place(9 << 20, 1, &mut memory).unwrap();
        assert!(moved >= first + (3 << 20));
    }

    #[test]
    fn near_the_limit_it_takes_what_there_is() {
        let (mut bump, mut memory) = (started(), Memory::up_to(17 * PAGE));
        assert_eq!(bump.place(PAGE / 2, 1, &mut memory), Some(1000));
        assert_eq!(bump.place(2 * PAGE, 1, &mut memory), None);
        assert!(bump.place(ARENA - 1000, 1, &mut memory).is_none());
        let last = bump.place(PAGE - 1000, 1, &mut memory);
        assert!(last.is_some(), "a page is left, and a step would be four");
        assert_eq!(bump.place(usize::MAX, 8, &mut memory), None);
    }
}
