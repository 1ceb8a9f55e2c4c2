//! The compiled guests: `tests/guests/examples/<name>.rs` and the plugins of `examples/`.

use std::path::PathBuf;

/// The file of a guest of `tests/guests`.
pub fn guest(name: &str) -> PathBuf {
    let file = PathBuf::from(env!("GUESTS")).join(format!("{name}.wasm"));
    assert!(
        file.is_file(),
        "no guest {name}: is there tests/guests/examples/{name}.rs?"
    );
    file
}

/// The file of a plugin of `examples/`.
pub fn plugin(name: &str) -> PathBuf {
    let file = PathBuf::from(env!("PLUGINS")).join(format!("{name}.wasm"));
    assert!(
        file.is_file(),
        "no plugin {name}: is there examples/{name}?"
    );
    file
}
