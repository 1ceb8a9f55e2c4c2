//! L4 and L5: files that are something else.

use crate::case::{Answer, Built, Case, read};
use crate::ground::Ground;
use e2e::raw;
use std::path::PathBuf;
use std::sync::Arc;

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = other_worlds();
    cases.extend(other_kinds());
    cases
}

fn text(what: &'static str, text: &'static str, expect: &'static str) -> Case {
    let bytes = move || wat::parse_str(text).expect("a component in text form");
    Case::loading("L4", what, Built::Wat, bytes, expect).slow()
}

fn other_worlds() -> Vec<Case> {
    vec![
        text("a core module", "(module)", "load.wrong_kind"),
        text("a component with nothing in it", "(component)", "load.missing_export"),
        text(
            "a component of another world",
            "(component (core module $m (func (export \"run\"))) (core instance $i (instantiate $m))
               (func (export \"run\") (canon lift (core func $i \"run\"))))",
            "load.missing_export",
        ),
        text(
            "the manifest's name on an instance without functions",
            "(component (instance $i) (export \"sidepane:plugin/manifest@0.1.0\" (instance $i)))",
            "load.missing_export",
        ),
        Case::loading(
            "L4",
            "the contract's names with other types",
            Built::Rust,
            || read("later_contract"),
            "load.type_mismatch",
        )
        .slow(),
        text(
            "an import that no host gives",
            "(component (import \"acme:thing/x@1.0.0\" (instance)))",
            "load.unknown_import",
        ),
        text(
            "an import of WASI's own HTTP",
            "(component (import \"wasi:http/outgoing-handler@0.2.6\" (instance)))",
            "load.unknown_import",
        ),
    ]
}

fn other_kinds() -> Vec<Case> {
    let kinds: [(&str, &[u8]); 7] = [
        ("a component in text form", b"(component)"),
        ("an ELF program", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"),
        ("a gzip archive", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        ("a zip archive", b"PK\x03\x04\x14\0\0\0\x08\0"),
        ("a zstd archive", b"\x28\xb5\x2f\xfd\x24\0\0\0"),
        ("a page of HTML", b"<!doctype html><title>404</title>"),
        ("UTF-16 with a mark in front", b"\xff\xfe(\0c\0o\0m\0p\0)\0"),
    ];
    let of = |(what, bytes): (&'static str, &'static [u8])| {
        Case::loading("L5", what, Built::Bytes, || bytes.to_vec(), "load.not_wasm")
    };
    let mut cases: Vec<Case> = kinds.into_iter().map(of).collect();
    cases.push(
        Case::new(
            "L5",
            "native code, and our own compiler's at that",
            Built::Bytes,
            "load.precompiled_forbidden",
            native,
        )
        .slow(),
    );
    cases.push(Case::loading(
        "L6",
        "a custom section that claims 4 GiB",
        Built::Bytes,
        || {
            raw::component(&[vec![
                0, 0xff, 0xff, 0xff, 0xff, 0x0f, 4, b'n', b'o', b't', b'e',
            ]])
        },
        "load.malformed",
    ));
    cases.push(
        Case::loading(
            "L6",
            "one byte more than a file may have",
            Built::Bytes,
            || vec![0; (32 << 20) + 1],
            "load.too_large",
        )
        .slow(),
    );
    cases
}

async fn native(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let folder = PathBuf::from(env!("GUESTS")).join("artefacts");
    let artefact = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|kind| kind == "artefact"))
        .expect("the canary was compiled");
    let plugin = ground.name("native code").await;
    ground.load(&plugin, std::fs::read(artefact)?, "").await
}
