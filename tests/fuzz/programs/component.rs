//! See `sidepane_fuzz::component`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sidepane_fuzz::component(input));
