//! The plugins of `docs/authors` with their tests, as they stand there. Those of `rust.md` are tests of
//! the SDK's documentation.

use crate::studio::Studio;
use std::path::Path;

#[test]
fn the_plugins_of_the_documents_pass_their_tests() {
    for (page, lang, fence, plugin, test, command) in [
        (
            "javascript",
            "js",
            "js",
            "src/plugin.js",
            "test/plugin.test.js",
            "npm test",
        ),
        (
            "typescript",
            "ts",
            "ts",
            "src/plugin.ts",
            "test/plugin.test.ts",
            "npm ci && npm test",
        ),
        (
            "python",
            "python",
            "python",
            "plugin.py",
            "test_plugin.py",
            "python3 -m unittest",
        ),
    ] {
        let studio = Studio::new();
        studio.begin("orders", lang, "card");
        let document =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../docs/authors/{page}.md"));
        let document = std::fs::read_to_string(document).expect("a document");
        let blocks: Vec<&str> = document
            .split(&format!("```{fence}\n"))
            .skip(1)
            .map(|rest| rest.split("```").next().expect("an end"))
            .collect();
        let [its_plugin, its_test] = blocks.as_slice() else {
            panic!("{page}: a plugin and its test, not {} blocks", blocks.len());
        };
        studio.file(&format!("orders/{plugin}"), its_plugin);
        studio.file(&format!("orders/{test}"), its_test);
        let told = studio.done(command, "orders");
        let passed = match lang {
            "python" => "Ran 2 tests",
            _ => "# pass 2",
        };
        assert!(told.contains(passed), "{told}");
    }
}
