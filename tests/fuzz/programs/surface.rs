//! See `sidepane_fuzz::surface`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sidepane_fuzz::surface(input));
