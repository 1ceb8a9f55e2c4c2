//! What `sidepane new` does not do.

use crate::studio::Studio;
use std::path::Path;

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let studio = Studio::new();
    studio.begin("twice", "js", "card");
    studio.file("twice/mine.txt", "mine");
    let ended = studio.run("sidepane new twice --lang python", Path::new(""));
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.text.contains("twice is there already"),
        "{}",
        ended.text
    );
    assert!(!studio.folder.join("twice/plugin.py").exists());
    assert!(studio.folder.join("twice/mine.txt").exists());
}

#[test]
fn a_name_a_language_a_part_and_an_sdk_are_checked_before_anything_is_written() {
    let studio = Studio::new();
    for (arguments, told) in [
        ("Orders --lang js", "cannot be a plugin's name"),
        ("../orders --lang js", "cannot be a plugin's name"),
        ("std --lang rust", "means something else"),
        (
            "orders --lang cobol",
            "possible values: rust, js, ts, python",
        ),
        (
            "orders --lang js --serves tea",
            "possible values: card, event, action",
        ),
        (
            "orders --lang rust --sdk nowhere",
            "nowhere has no Cargo.toml",
        ),
        ("orders", "--lang <LANG>"),
    ] {
        let ended = studio.run(&format!("sidepane new {arguments}"), Path::new(""));
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.text);
        assert!(ended.text.contains(told), "{arguments}: {}", ended.text);
    }
    let left: Vec<_> = std::fs::read_dir(&studio.folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["plugins"]);
}
