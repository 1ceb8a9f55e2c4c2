//! See `sidepane_fuzz::grant`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sidepane_fuzz::grant(input));
