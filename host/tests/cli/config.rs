//! `sidepane config`: errors all at once, secrets as sources.

use crate::stage::Stage;

#[test]
fn the_defaults_are_shown_and_read_again() {
    let stage = Stage::empty();
    let shown = stage.sidepane(&["config", "show"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(
        shown.stdout.contains("listen = \"127.0.0.1:7117\""),
        "{}",
        shown.stdout
    );
    assert!(shown.stdout.contains("fuel = 50000000"), "{}", shown.stdout);
    stage.file("sidepane.toml", shown.stdout.as_bytes());
    let again = stage.sidepane(&["config", "show"]);
    let settings = |text: &str| text.split_once('\n').expect("lines").1.to_owned();
    assert_eq!(settings(&again.stdout), settings(&shown.stdout));
    let checked = stage.sidepane(&["config", "check"]);
    assert_eq!(checked.stdout, "sidepane.toml: good\n");
}

#[test]
fn a_secret_is_shown_by_where_it_stands() {
    let stage = Stage::empty();
    let text = "[accounts.eu]\napi_tokens = [{ env = \"EU_TOKEN\" }, { file = \"old.key\" }]\n";
    stage.file("host.toml", text.as_bytes());
    stage.file("old.key", b"very-old-value");
    let shown = stage.shell("EU_TOKEN=very-new-value sidepane config show --config host.toml");
    assert_eq!(shown.code, 0, "{shown:?}");
    for words in ["EU_TOKEN", "old.key", "[accounts.eu"] {
        assert!(shown.stdout.contains(words), "{words} in {}", shown.stdout);
    }
    assert!(!format!("{shown:?}").contains("very-"), "{shown:?}");
}

#[test]
fn a_file_with_errors_is_the_files_fault() {
    let stage = Stage::empty();
    stage.file(
        "bad.toml",
        b"listne = 1\n[default.limits]\nmemory_mib = 9999\n",
    );
    stage.file("open.toml", b"listen = \"0.0.0.0:7117\"\n");
    for (file, words) in [
        ("bad.toml", "bad.toml:1: listne"),
        ("bad.toml", "bad.toml:3: default.limits.memory_mib"),
        ("open.toml", "api_tokens"),
        ("nowhere.toml", "nowhere.toml cannot be read"),
    ] {
        let ended = stage.sidepane(&["config", "check", file]);
        assert_eq!(ended.code, 2, "{file}: {ended:?}");
        assert!(ended.stderr.contains(words), "{words} in {}", ended.stderr);
    }
}
