//! See `sidepane_fuzz::url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sidepane_fuzz::url(input));
