//! Builds the plugin that answers the card.

use sidepane_guest_build::GuestBuild;

fn main() {
    match GuestBuild::new().package("bench-card").build() {
        Ok(guests) => {
            for guest in guests {
                println!("cargo::rustc-env=BENCH_CARD={}", guest.wasm.display());
            }
        }
        Err(error) => println!("cargo::error={error}"),
    }
}
