//! Builds the plugins that the demo serves.

use sidepane_guest_build::{Error, GuestBuild};

fn main() {
    if let Err(error) = plugins() {
        println!("cargo::error={error}");
    }
}

fn plugins() -> Result<(), Error> {
    for guest in GuestBuild::new()
        .package("auto-tag")
        .package("hello")
        .package("order-lookup")
        .package("visit-counter")
        .package("smart-plug")
        .build()?
    {
        let variable = guest.name.replace('-', "_").to_uppercase();
        println!(
            "cargo::rustc-env=PLUGIN_{variable}={}",
            guest.wasm.display()
        );
    }
    Ok(())
}
