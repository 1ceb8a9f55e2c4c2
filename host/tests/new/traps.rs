//! Who writes what browsers, Node or Python have elsewhere is told what to use instead: by the
//! compiler, the bundler, the tests, and in the pane by the plugin itself.

use crate::studio::{Ended, Studio};
use std::path::Path;

const JS: &str = r#"
import { block, list, plugin } from "../sidepane/index.js";

const TRAPS = {
  timeout: () => setTimeout(() => {}, 1),
  fetch: () => fetch("https://example.com/"),
  environment: () => process.env.KEY,
};

export default plugin({
  name: "Traps",
  version: "1.0.0",
  render: () => ({ blocks: [block("Traps", null, list(...Object.entries(TRAPS).map(([name, run]) => {
    try {
      return [name, `went well: ${run()}`];
    } catch (error) {
      return [name, error.message];
    }
  })))] }),
});
"#;

const PYTHON: &str = r#"
import threading
import time

from sidepane import Plugin, block, card, rows

plugin = Plugin("Traps", "1.0.0")


def told(run):
    try:
        return f"went well: {run()}"
    except Exception as error:
        return str(error)


@plugin.card
def render(context):
    return card(block("Traps", None, rows(
        ("open", told(lambda: open("secret.txt"))),
        ("sleep", told(lambda: time.sleep(1))),
        ("thread", told(lambda: threading.Thread(target=print).start())),
        ("requests", told(lambda: __import__("requests"))),
    )))
"#;

#[test]
fn in_javascript_and_typescript() {
    let studio = Studio::new();
    studio.begin("traps", "js", "card");
    studio.done("npm ci", "traps");
    studio.file("traps/src/plugin.js", JS);
    studio.done("npm run build", "traps");
    let told = studio.done("sidepane call build/traps.wasm --view ticket", "traps");
    for sentence in [
        "setTimeout is not there in a plugin: a call ends when its function returns",
        "fetch is not there in a plugin: ask with http of sidepane",
        "process is not there in a plugin: there is no environment; read what the operator set",
    ] {
        assert!(told.contains(sentence), "{sentence} in {told}");
    }

    // The same sentences in a test, which runs in Node, where all of it would be there.
    let test = r#"
        import test from "node:test";
        import assert from "node:assert/strict";
        import { FakeHost, context } from "../sidepane/testing.js";
        import plugin from "../src/plugin.js";
        test("traps", () => {
          const rows = new FakeHost(plugin).render(context()).blocks[0].data[0].val;
          assert.ok(rows.every((row) => row.text.includes("is not there in a plugin")), JSON.stringify(rows));
          assert.equal(typeof setTimeout, "function");
          setTimeout(() => {}, 1);
        });
    "#;
    studio.file("traps/test/plugin.test.js", test);
    studio.done("npm test", "traps");

    // Modules of Node are told by the build.
    for (import, sentence) in [
        (
            "import fs from \"node:fs\"; fs.readFileSync(\"x\");",
            "node:fs is not there in a plugin: a plugin has no files",
        ),
        (
            "const fs = require(\"fs\"); fs.readFileSync(\"x\");",
            "fs is not there in a plugin: a plugin has no files",
        ),
        (
            "import https from \"https\"; https.get(\"x\");",
            "https is not there in a plugin: ask with http of sidepane",
        ),
    ] {
        studio.file("traps/src/plugin.js", &format!("{import}\n{JS}"));
        let ended = studio.run("npm run build", Path::new("traps"));
        holds(&ended, sentence);
    }
    // A card that is promised comes too late, and is told so where it is asked for.
    studio.file(
        "traps/src/plugin.js",
        &JS.replace("render: () =>", "render: async () =>"),
    );
    studio.done("npm run build", "traps");
    let ended = studio.run(
        "sidepane call build/traps.wasm --view ticket",
        Path::new("traps"),
    );
    holds(
        &ended,
        "render is async, and a call ends when its function returns",
    );

    // TypeScript's compiler says it before anything runs.
    studio.begin("typed-traps", "ts", "card");
    studio.done("npm ci", "typed-traps");
    let source = "import { plugin } from \"../sidepane/index.js\";\nexport default plugin({ name: \"T\", version: \"1.0.0\", \
                  render() { setTimeout(() => {}, 1); fetch(\"x\"); return { blocs: [] }; } });\n";
    studio.file("typed-traps/src/plugin.ts", source);
    let ended = studio.run("npm run build", Path::new("typed-traps"));
    for sentence in [
        "a call ends when its function returns, so nothing runs later",
        "ask with http of sidepane, which waits for the answer",
        "has no properties in common with type 'Card'",
    ] {
        holds(&ended, sentence);
    }
}

/// In Python itself, where all of it would be there: `python.rs` has the component of the suite, and
/// the sentences come from the same functions in both.
#[test]
fn in_python() {
    let studio = Studio::new();
    studio.begin("traps", "python", "card");
    studio.file("traps/plugin.py", PYTHON);
    let run = "from sidepane.testing import FakeHost, context; from plugin import plugin; \
               print(*[row.text for row in FakeHost(plugin).render(context()).blocks[0].data[0].value], sep='\\n'); \
               import time; time.sleep(0); open('/dev/null').close()";
    let told = studio.done(&format!("python3 -c \"{run}\""), "traps");
    for sentence in [
        "open is not there in a plugin: a plugin has no files when it is called",
        "time.sleep is not there in a plugin: a call ends when its function returns",
        "Thread.start is not there in a plugin: a call has one thread",
        "requests is not there in a plugin: ask with sidepane.http",
    ] {
        assert!(told.contains(sentence), "{sentence} in {told}");
    }
    studio.file(
        "traps/plugin.py",
        &format!("import sidepane\nimport requests\n{PYTHON}"),
    );
    let ended = studio.run("python3 -m unittest", Path::new("traps"));
    holds(&ended, "ImportError: requests is not there in a plugin");
}

fn holds(ended: &Ended, sentence: &str) {
    assert!(!ended.good, "it is refused: {sentence}");
    assert!(
        ended.text.contains(sentence),
        "{sentence} in {}",
        ended.text
    );
}
