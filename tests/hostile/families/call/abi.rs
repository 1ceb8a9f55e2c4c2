//! C6 to C11: answers that break the component ABI, and such as only look so.

use super::{TEXT, blocks, core, element, named};
use crate::case::Case;
use e2e::core::{ANSWER, Core};
use wit_component::StringEncoding;

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::from(outside());
    cases.extend(large());
    cases.extend(unaligned());
    cases.extend(utf8());
    cases.extend(other_encodings());
    cases.extend(discriminants());
    cases
}

fn outside() -> [Case; 5] {
    [
        core(
            "C6",
            "returns a pointer at the end of the address space",
            || Core::new().render("i32.const -16"),
            "output.abi",
        ),
        core(
            "C6",
            "returns a text that begins outside of its memory",
            || named(u32::MAX, 1),
            "output.abi",
        ),
        core(
            "C6",
            "returns a text whose end wraps around the address space",
            || named(16, u32::MAX),
            "output.abi",
        ),
        core(
            "C6",
            "returns a list of four thousand million blocks",
            || blocks(4_096, u32::MAX),
            "output.abi",
        ),
        core(
            "C6",
            "returns a list whose bytes overflow 32 bits to almost none",
            || blocks(4_096, (1 << 30) + 1),
            "output.abi",
        ),
    ]
}

fn large() -> [Case; 4] {
    const ROWS: u32 = 65_536;
    [
        core(
            "C7",
            "returns a text of 62 MB",
            || named(4_096, 62_000_000).memory("1000"),
            "output.too_large",
        ),
        core(
            "C7",
            "returns a list of two million blocks that are there",
            || blocks(4_096, 2_000_000).memory("1000"),
            "output.too_large",
        ),
        core(
            "C7",
            "returns ten thousand rows that are all the same megabyte",
            || {
                // One row of 28 bytes, written ten thousand times: label and text are the same.
                let rows = "(local $at i32) (local $n i32)
                    (local.set $at (i32.const 65536))
                    (loop $again
                      (i32.store (local.get $at) (i32.const 1048576))
                      (i32.store offset=4 (local.get $at) (i32.const 1000000))
                      (i32.store offset=8 (local.get $at) (i32.const 1048576))
                      (i32.store offset=12 (local.get $at) (i32.const 1000000))
                      (local.set $at (i32.add (local.get $at) (i32.const 28)))
                      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
                                              (i32.const 10000))))
                    (i32.const 256)";
                element(0, &[ROWS, 10_000]).memory("40").render(rows)
            },
            "output.too_large",
        ),
        core(
            "C7",
            "returns a list of a hundred thousand lists in the same place",
            || element(1, &[0, 0, ROWS, 100_000]).memory("40"),
            "output.limit",
        ),
    ]
}

fn unaligned() -> [Case; 3] {
    [
        core(
            "C8",
            "returns an answer at an odd address",
            || Core::new().render(format!("i32.const {}", ANSWER + 1)),
            "output.abi",
        ),
        core(
            "C8",
            "returns a list at an odd address",
            || blocks(4_097, 1),
            "output.abi",
        ),
        core(
            "C8",
            "returns an empty list at an odd address",
            || blocks(4_097, 0),
            "output.abi",
        ),
    ]
}

fn utf8() -> [Case; 8] {
    let text = |id, what, bytes: &'static [u8], expect| {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        core(
            id,
            what,
            move || named(TEXT, length).data(TEXT, bytes),
            expect,
        )
    };
    let invalid = "output.invalid_utf8";
    [
        text("C9", "returns the byte 0xff as text", b"\xff", invalid),
        text(
            "C9",
            "returns an overlong zero as text",
            b"\xc0\x80",
            invalid,
        ),
        text(
            "C9",
            "returns a surrogate in UTF-8",
            b"\xed\xa0\x80",
            invalid,
        ),
        text("C9", "returns half a character", b"Ada\xc3", invalid),
        text(
            "C9",
            "returns a character beyond the last",
            b"\xf4\x90\x80\x80",
            invalid,
        ),
        text("C9", "returns a text with a zero byte in it", b"A\0b", "ok")
            .otherwise("it is valid UTF-8, and JSON escapes it"),
        text(
            "C9",
            "returns a byte order mark alone",
            b"\xef\xbb\xbf",
            "ok",
        )
        .otherwise("it is valid UTF-8"),
        text(
            "C9",
            "returns text that turns its direction",
            "\u{202e}adA".as_bytes(),
            "ok",
        )
        .otherwise("it is valid UTF-8; how a desk shows directions is the desk's"),
    ]
}

fn other_encodings() -> [Case; 7] {
    const TAG: u32 = 1 << 31;
    let wide = |at, length, bytes: &'static [u8]| {
        named(at, length)
            .data(TEXT, bytes)
            .encoding(StringEncoding::UTF16)
    };
    let compact = |length| {
        named(TEXT, length)
            .data(TEXT, b"\xe9\0\xe8\0")
            .encoding(StringEncoding::CompactUTF16)
    };
    [
        core(
            "C10",
            "returns UTF-16",
            move || wide(TEXT, 2, b"A\0d\0"),
            "ok",
        ),
        core(
            "C10",
            "returns half a pair of UTF-16",
            move || wide(TEXT, 2, b"A\0\x00\xd8"),
            "output.invalid_utf8",
        ),
        core(
            "C10",
            "returns UTF-16 at an odd address",
            move || wide(TEXT + 1, 2, b"A\0d\0"),
            "output.abi",
        ),
        core(
            "C10",
            "returns UTF-16 whose length overflows when doubled",
            move || wide(TEXT, TAG, b"A\0d\0"),
            "output.abi",
        ),
        core("C10", "returns Latin-1", move || compact(2), "ok"),
        core(
            "C10",
            "returns Latin-1 marked as UTF-16",
            move || compact(TAG | 2),
            "ok",
        ),
        core(
            "C10",
            "returns text marked as UTF-16 that ends outside",
            move || compact(u32::MAX),
            "output.abi",
        ),
    ]
}

fn discriminants() -> [Case; 5] {
    [
        core(
            "C11",
            "returns neither a result nor an error",
            || Core::new().words(ANSWER, &[2]),
            "output.abi",
        ),
        core(
            "C11",
            "returns an option that is neither none nor some",
            || Core::new().words(ANSWER, &[0, 255]),
            "output.abi",
        ),
        core(
            "C11",
            "returns an element of a kind that does not exist",
            || element(99, &[0]),
            "output.abi",
        ),
        core(
            "C11",
            "returns a button of a style that does not exist",
            || {
                let mut button = [0; 16];
                button[4] = 9;
                element(4, &[TEXT, 1]).words(TEXT, &button)
            },
            "output.abi",
        ),
        core(
            "C11",
            "returns a truth value of 2",
            || element(3, &[0, 0, 2, 0, 0]),
            "ok",
        )
        .otherwise("the specification counts whatever is not zero as true"),
    ]
}
