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
  number: () => Math.random(),
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

const IN_NODE: &str = r#"
import assert from "node:assert/strict";
import test from "node:test";
import { FakeHost, context } from "../sidepane/testing.js";
import plugin from "../src/plugin.js";

test("traps", () => {
  const rows = new FakeHost(plugin).render(context()).blocks[0].data[0].val;
  const trapped = rows.filter((row) => row.text.includes("is not there in a plugin"));
  assert.equal(trapped.length, 3, JSON.stringify(rows));
  assert.equal(typeof setTimeout(() => {}, 1), "object");
});
"#;

const TS: &str = r#"
import { plugin } from "../sidepane/index.js";

export default plugin({
  name: "T",
  version: "1.0.0",
  render() {
    setTimeout(() => {}, 1);
    fetch("x");
    process.env.KEY;
    return { blocs: [] };
  },
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
fn in_javascript() {
    let studio = Studio::new();
    studio.begin("traps", "js", "card");
    studio.done("npm ci", "traps");
    studio.file("traps/src/plugin.js", JS);
    studio.done("npm run build", "traps");
    let call = "sidepane call build/traps.wasm --view ticket";
    let told = studio.done(call, "traps");
    for sentence in [
        "setTimeout is not there in a plugin: a call ends when its function returns",
        "fetch is not there in a plugin: ask with http of sidepane",
        "process is not there in a plugin: there is no environment; read what the operator set",
    ] {
        assert!(told.contains(sentence), "{sentence} in {told}");
    }
    let number = |told: &str| {
        let (_, rest) = told.split_once("went well: ").expect("a number");
        rest.split('"').next().expect("its end").to_owned()
    };
    let again = studio.done(call, "traps");
    assert_ne!(number(&told), number(&again), "each call draws its own");

    // A card that is promised comes too late, and is told so where it is asked for.
    let promised = JS.replace("render: () =>", "render: async () =>");
    studio.file("traps/src/plugin.js", &promised);
    studio.done("npm run build", "traps");
    let ended = studio.run(call, Path::new("traps"));
    holds(
        &ended,
        "render is async, and a call ends when its function returns",
    );
}

/// The same sentences in a test, which runs in Node, where all of it would be there; and from the build
/// for modules of Node.
#[test]
fn in_javascript_before_there_is_a_component() {
    let studio = Studio::new();
    studio.begin("traps", "js", "card");
    studio.file("traps/src/plugin.js", JS);
    studio.file("traps/test/plugin.test.js", IN_NODE);
    studio.done("npm test", "traps");

    studio.done("npm ci", "traps");
    for (line, sentence) in [
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
        studio.file("traps/src/plugin.js", &format!("{line}\n{JS}"));
        let ended = studio.run("npm run build", Path::new("traps"));
        holds(&ended, sentence);
    }
}

/// The compiler says it before anything runs.
#[test]
fn in_typescript() {
    let studio = Studio::new();
    studio.begin("typed-traps", "ts", "card");
    studio.done("npm ci", "typed-traps");
    studio.file("typed-traps/src/plugin.ts", TS);
    let ended = studio.run("npm run build", Path::new("typed-traps"));
    for sentence in [
        "a call ends when its function returns, so nothing runs later",
        "ask with http of sidepane, which waits for the answer",
        "there is no environment: read settings()",
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
    let late = "from sidepane.traps import set_traps; set_traps(sealed=True); import antigravity";
    let ended = studio.run(&format!("python3 -c \"{late}\""), Path::new("traps"));
    holds(&ended, "write the import at the top of plugin.py");
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
