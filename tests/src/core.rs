//! Hostile plugins in text form: a core module that breaks the rules of the component ABI as it
//! likes, wrapped into a component that exports what a card plugin exports.

use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// Where the answer of `render` lies unless a body returns another place: 68 bytes of zeroes, which
/// say that nothing is known. The layout is the canonical one:
///
/// ```text
///  0 result: 0 ok, 1 error          20 contact-link: 0 none, 1 some    52 blocks, pointer
///  4 option: 0 none, 1 some         24 url, pointer   28 url, length   56 blocks, length
///  8 contact-name: 0 none, 1 some   32 text of the link: 0 or 1        60 extra, pointer
/// 12 contact-name, pointer          36 text, pointer  40 text, length  64 extra, length
/// 16 contact-name, length           44 cache-s: 0 or 1   48 cache-s
/// ```
///
/// An error has its agent-message at 4 (0 or 1), 8 (pointer) and 12 (length), its log-message at 16
/// and 20, and at 24 whether it may be tried again.
pub const ANSWER: u32 = 256;

/// Where free memory begins; below lie the answer and the manifest.
pub const FREE: u32 = 4_096;

/// Where the manifest lies.
const MANIFEST: u32 = 1_024;

/// A core module in the making. Every part is WAT and has a harmless form to begin with.
#[derive(Clone, Debug)]
pub struct Core {
    imports: String,
    memory: String,
    items: String,
    render: String,
    describe: String,
    realloc: String,
    post: Option<String>,
    exports: String,
    encoding: StringEncoding,
}

impl Core {
    /// A plugin that knows nothing about anybody.
    pub fn new() -> Self {
        Self {
            imports: String::new(),
            memory: "2".into(),
            items: String::new(),
            render: format!("i32.const {ANSWER}"),
            describe: format!("i32.const {MANIFEST}"),
            realloc: REALLOC.into(),
            post: None,
            exports: String::new(),
            encoding: StringEncoding::UTF8,
        }
    }

    /// The body of `render`, of the type `(param $context i32) (result i32)`; the function is
    /// called `$render`.
    pub fn render(mut self, body: impl Into<String>) -> Self {
        self.render = body.into();
        self
    }

    /// The body of `describe`, which returns where the manifest lies.
    pub fn describe(mut self, body: impl Into<String>) -> Self {
        self.describe = body.into();
        self
    }

    /// The body of `cabi_realloc`, of the type `(param $old i32) (param $old_size i32)
    /// (param $align i32) (param $size i32) (result i32)`.
    pub fn realloc(mut self, body: impl Into<String>) -> Self {
        self.realloc = body.into();
        self
    }

    /// The body of what is called when the answer of `render` was read: `(param $answer i32)`.
    pub fn post(mut self, body: impl Into<String>) -> Self {
        self.post = Some(body.into());
        self
    }

    /// Pages of memory: the fewest, and the most where one is given.
    pub fn memory(mut self, limits: impl Into<String>) -> Self {
        self.memory = limits.into();
        self
    }

    /// More items of the module: functions, tables, globals, data, `(start $name)`.
    pub fn items(mut self, items: impl AsRef<str>) -> Self {
        self.items.push_str(items.as_ref());
        self.items.push('\n');
        self
    }

    /// Data at an address.
    pub fn data(self, at: u32, bytes: &[u8]) -> Self {
        let text: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        self.items(format!("(data (i32.const {at}) \"{text}\")"))
    }

    /// Little-endian words at an address.
    pub fn words(self, at: u32, words: &[u32]) -> Self {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.data(at, &bytes)
    }

    /// An import of the module, by its canonical name: `(import "sidepane:plugin/log@0.1.0" "write"
    /// (func $write (param …)))`. There are the contract's, and those of WASI that `WIT` names.
    pub fn import(mut self, import: impl AsRef<str>) -> Self {
        self.imports.push_str(import.as_ref());
        self.imports.push('\n');
        self
    }

    /// An export more than a card plugin has, in WIT: `own: interface { … }`.
    pub fn export(mut self, wit: &str) -> Self {
        self.exports = format!("export {wit}");
        self
    }

    /// The encoding that its strings claim to have.
    pub fn encoding(mut self, encoding: StringEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// The core module as text.
    pub fn text(&self) -> String {
        let post = self.post.as_ref().map_or_else(String::new, |body| {
            format!("(func (export \"cabi_post_{RENDER}\") (param $answer i32) {body})")
        });
        let Self {
            imports,
            memory,
            items,
            render,
            describe,
            realloc,
            ..
        } = self;
        format!(
            "(module
             {imports}
             (memory (export \"memory\") {memory})
             (global $free (mut i32) (i32.const {FREE}))
             (func (export \"sidepane:plugin/manifest@0.1.0#describe\") (result i32) {describe})
             (func $render (export \"{RENDER}\") (param $context i32) (result i32) {render})
             (func $realloc (export \"cabi_realloc\") (param $old i32) (param $old_size i32)
               (param $align i32) (param $size i32) (result i32) {realloc})
             {post}
             {items})"
        )
    }

    /// The component.
    pub fn component(self) -> Vec<u8> {
        let whole = self.manifest();
        let text = whole.text();
        let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        whole.wrap(&mut module)
    }

    /// Puts a manifest with a name and a version into memory, in the module's encoding.
    fn manifest(self) -> Self {
        let text = |text: &str| match self.encoding {
            StringEncoding::UTF16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.as_bytes().to_vec(),
        };
        let (name, version) = (text("Hostile"), text("1.0.0"));
        let at = MANIFEST + 128;
        self.words(MANIFEST, &[at, 7, at + 64, 5])
            .data(at, &name)
            .data(at + 64, &version)
    }

    fn wrap(&self, module: &mut Vec<u8>) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        resolve
            .push_dir(wit)
            .unwrap_or_else(|error| panic!("{error:#}"));
        let wit = WIT.replace("EXPORTS", &self.exports);
        let own = resolve
            .push_str("hostile.wit", &wit)
            .unwrap_or_else(|error| panic!("{error:#}"));
        let world = resolve
            .select_world(&[own], Some("hostile"))
            .unwrap_or_else(|error| panic!("{error:#}"));
        embed_component_metadata(module, &resolve, world, self.encoding).expect("metadata");
        ComponentEncoder::default()
            .validate(true)
            .module(module)
            .and_then(|mut encoder| encoder.encode())
            .unwrap_or_else(|error| panic!("{error:#}\n{}", self.text()))
    }
}

impl Default for Core {
    fn default() -> Self {
        Self::new()
    }
}

/// The contract, and of WASI what plugins misuse. What a module does not import is left out.
const WIT: &str = "
package hostile:plugins;
world hostile {
  include sidepane:plugin/card-plugin@0.1.0;
  import wasi:io/poll@0.2.6;
  import wasi:io/streams@0.2.6;
  import wasi:clocks/monotonic-clock@0.2.6;
  import wasi:clocks/wall-clock@0.2.6;
  import wasi:random/random@0.2.6;
  import wasi:cli/exit@0.2.6;
  import wasi:cli/stdout@0.2.6;
  EXPORTS
}
package wasi:io@0.2.6 {
  interface error { resource error; }
  interface poll {
    resource pollable { ready: func() -> bool; block: func(); }
    poll: func(in: list<borrow<pollable>>) -> list<u32>;
  }
  interface streams {
    use error.{error};
    use poll.{pollable};
    variant stream-error { last-operation-failed(error), closed }
    resource output-stream {
      check-write: func() -> result<u64, stream-error>;
      write: func(contents: list<u8>) -> result<_, stream-error>;
      blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
      subscribe: func() -> pollable;
    }
  }
}
package wasi:clocks@0.2.6 {
  interface monotonic-clock {
    use wasi:io/poll@0.2.6.{pollable};
    now: func() -> u64;
    subscribe-duration: func(when: u64) -> pollable;
  }
  interface wall-clock {
    record datetime { seconds: u64, nanoseconds: u32 }
    now: func() -> datetime;
  }
}
package wasi:random@0.2.6 {
  interface random {
    get-random-bytes: func(len: u64) -> list<u8>;
    get-random-u64: func() -> u64;
  }
}
package wasi:cli@0.2.6 {
  interface exit { exit: func(status: result); }
  interface stdout {
    use wasi:io/streams@0.2.6.{output-stream};
    get-stdout: func() -> output-stream;
  }
}
";

const RENDER: &str = "sidepane:plugin/contact-context@0.1.0#render";

/// Takes the next free bytes, growing memory where there are none, and copies what was there.
const REALLOC: &str = "
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get $size)))
    (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow (i32.add (i32.shr_u (local.get $size) (i32.const 16)) (i32.const 1))))))
    (memory.copy (local.get $at) (local.get $old) (local.get $old_size))
    (local.get $at)";
