//! Projects in Rust.

use crate::studio::{MIXTURES, Studio, kept};

#[test]
fn the_printed_commands_lead_to_a_card() {
    let studio = Studio::new();
    let steps = studio.begin("all-in-rust", "rust", "card,event,action");
    let target = kept().join("rust");
    std::fs::create_dir_all(&target).expect("a folder");
    // One folder for the compiled SDK, so that it is compiled once.
    studio.share(&target, "all-in-rust/target");
    studio.follow("all-in-rust", &steps);

    let lints = "cargo clippy --all-targets -- -D warnings && cargo fmt --check";
    studio.done(lints, "all-in-rust");
    for mixture in MIXTURES {
        let name = format!("in-rust-{}", mixture.replace(',', "-"));
        studio.begin(&name, "rust", mixture);
        studio.share(&target, &format!("{name}/target"));
        studio.done("cargo test", &name);
        studio.done("cargo build --release --target wasm32-wasip2", &name);
        let wasm = format!(
            "target/wasm32-wasip2/release/{}.wasm",
            name.replace('-', "_")
        );
        let told = studio.done(&format!("sidepane check {wasm}"), &name);
        assert!(told.contains("the host would serve it"), "{told}");
        for (part, serves) in [
            ("card", "cards"),
            ("event", "events"),
            ("action", "actions"),
        ] {
            let line = told.lines().find(|line| line.starts_with("serves"));
            let has = line
                .expect("a line")
                .split([' ', ',', ';'])
                .any(|word| word == serves);
            assert_eq!(has, mixture.contains(part), "{mixture}: {told}");
        }
    }
}
