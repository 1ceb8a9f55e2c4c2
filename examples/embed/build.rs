//! Builds the plugin that the program carries inside.

use sidepane_guest_build::{Error, GuestBuild};

fn main() {
    if let Err(error) = plugin() {
        println!("cargo::error={error}");
    }
}

fn plugin() -> Result<(), Error> {
    for guest in GuestBuild::new().package("hello").build()? {
        println!("cargo::rustc-env=HELLO={}", guest.wasm.display());
    }
    Ok(())
}
