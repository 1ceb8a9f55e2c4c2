//! L7 to L9, L13, L15 and L16: components with more of something than anybody needs.

use crate::case::{Built, Case};
use e2e::core::Core;
use e2e::raw::{self, component, custom, functions, many, module, section};

/// A body that does nothing.
const NOTHING: &[u8] = &[0, 0x0b];

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = counts();
    cases.extend(types());
    cases.extend(bodies());
    cases.extend(data());
    cases.extend(customs());
    cases
}

fn refused(id: &'static str, what: &'static str, bytes: fn() -> Vec<u8>) -> Case {
    Case::loading(id, what, Built::Bytes, bytes, "load.limit")
}

fn counts() -> Vec<Case> {
    vec![
        refused("L7", "a million types", || {
            raw::around(&module(&[many(raw::TYPES, 1_000_000, &[0x60, 0, 0])]))
        })
        .slow(),
        refused("L7", "a million functions", || {
            functions(&vec![NOTHING.to_vec(); 1_000_000])
        })
        .slow(),
        refused("L7", "a million imports", || {
            raw::around(&module(&[
                one_type(),
                many(raw::IMPORTS, 1_000_000, b"\x01m\x01f\0\0"),
            ]))
        })
        .slow(),
        refused("L7", "a million exports", || {
            let function = many(raw::FUNCTIONS, 1, &[0]);
            // All under one name: nobody comes as far as comparing them.
            let exports = many(raw::EXPORTS, 1_000_000, &[1, b'e', 0, 0]);
            raw::around(&module(&[one_type(), function, exports]))
        })
        .slow(),
        refused("L7", "a hundred thousand segments of data", || {
            raw::around(&module(&[many(raw::DATA, 100_000, &[1, 0])]))
        }),
        refused("L7", "a hundred thousand tables", || {
            raw::around(&module(&[many(raw::TABLES, 100_000, &[0x70, 0, 0])]))
        }),
        refused(
            "L7",
            "a count of four thousand million with nothing behind it",
            || {
                raw::around(&module(&[section(
                    raw::TYPES,
                    &[0xff, 0xff, 0xff, 0xff, 0x0f],
                )]))
            },
        ),
        refused("L7", "a thousand components inside each other", || {
            (0..1_000).fold(component(&[]), |inner, _| component(&[section(4, &inner)]))
        }),
        refused("L7", "a thousand imports of the component itself", || {
            let import = |number: u32| {
                let name = format!("a:b/c{number}");
                let name = [vec![0], raw::leb(name.len() as u64), name.into_bytes()].concat();
                [name, vec![5, 0]].concat()
            };
            let imports: Vec<u8> = (0..1_000).flat_map(import).collect();
            let section10 = section(10, &[raw::leb(1_000), imports].concat());
            component(&[section(7, &[1, 0x42, 0]), section10])
        }),
        refused("L7", "a function of a thousand parameters", || {
            let params = vec![0x7f; 1_000];
            let ty = [&[1, 0x60][..], &raw::leb(1_000), &params, &[0]].concat();
            raw::around(&module(&[section(raw::TYPES, &ty)]))
        }),
        refused(
            "L8",
            "50,000 locals in each of a hundred functions, in 821 bytes",
            || {
                let body = [&[1][..], &raw::leb(50_000), &[0x7f, 0x0b]].concat();
                functions(&vec![body; 100])
            },
        ),
    ]
}

/// A module's one type, `func()`.
fn one_type() -> Vec<u8> {
    section(raw::TYPES, &[1, 0x60, 0, 0])
}

/// A component of one component type.
fn of_type(ty: &[u8]) -> Vec<u8> {
    component(&[section(7, &[&[1], ty].concat())])
}

/// A type of many named parts: `kind`, their number, and `name` and `rest` of each.
fn of_parts(kind: u8, count: u32, rest: &[u8]) -> Vec<u8> {
    let part = |number: u32| {
        let name = format!("p{number}");
        [
            raw::leb(name.len() as u64),
            name.into_bytes(),
            rest.to_vec(),
        ]
        .concat()
    };
    let parts: Vec<u8> = (0..count).flat_map(part).collect();
    of_type(&[vec![kind], raw::leb(count.into()), parts].concat())
}

fn types() -> Vec<Case> {
    vec![
        refused("L9", "a record of 10,000 fields", || {
            of_parts(0x72, 10_000, &[0x79])
        }),
        refused("L9", "a variant of 10,000 cases", || {
            of_parts(0x71, 10_000, &[0, 0])
        }),
        Case::loading(
            "L9",
            "1,000 flags",
            Built::Bytes,
            || of_parts(0x6e, 1_000, &[]),
            "load.malformed",
        )
        .otherwise("a type has 32 flags at most, by the component model itself"),
        refused("L9", "99 instance types inside each other", || nested(99)),
        refused("L9", "ten million instance types inside each other", || {
            nested(10_000_000)
        })
        .slow(),
        Case::loading(
            "L9",
            "a chain of 10,000 lists of lists",
            Built::Bytes,
            || {
                let list = |number: u32| match number {
                    0 => vec![0x70, 0x7f],
                    more => [vec![0x70], raw::leb(u64::from(more) - 1)].concat(),
                };
                let types: Vec<u8> = (0..10_000).flat_map(list).collect();
                component(&[section(7, &[raw::leb(10_000), types].concat())])
            },
            "load.malformed",
        )
        .slow()
        .otherwise("types nest 100 deep at most, by the validator; what is deeper is not valid"),
    ]
}

fn nested(levels: usize) -> Vec<u8> {
    of_type(&[[0x42, 1, 1].repeat(levels - 1), vec![0x42, 0]].concat())
}

fn bodies() -> Vec<Case> {
    vec![
        refused("L13", "a `br_table` of a million targets", || {
            let targets = vec![0; 1_000_001];
            let body = [
                &[0, 0x41, 0, 0x0e][..],
                &raw::leb(1_000_000),
                &targets,
                &[0x0b],
            ]
            .concat();
            functions(&[body])
        }),
        refused("L13", "a `br_table` of 10,000 targets", || {
            let targets = vec![0; 10_001];
            let body = [
                &[0, 0x41, 0, 0x0e][..],
                &raw::leb(10_000),
                &targets,
                &[0x0b],
            ]
            .concat();
            functions(&[body])
        }),
        refused("L13", "100,000 blocks inside each other", || {
            let (open, close) = ([0x02, 0x40].repeat(100_000), vec![0x0b; 100_001]);
            functions(&[[vec![0], open, close].concat()])
        }),
        refused("L13", "a body of 7.6 MB", || {
            functions(&[[vec![0], vec![0x01; 7_600_000], vec![0x0b]].concat()])
        })
        .slow(),
        Case::loading(
            "L13",
            "300,000 operators in a row",
            Built::Bytes,
            || {
                let step = [0x20, 0, 0x41, 1, 0x6a, 0x21, 0];
                let steps = step.repeat(75_000);
                functions(&[[vec![1, 1, 0x7f], steps, vec![0x0b]].concat()])
            },
            "load.missing_export",
        )
        .long()
        .otherwise("it is compiled in a second or two; all that is wrong is that it is no plugin"),
    ]
}

fn data() -> Vec<Case> {
    let segment = |at: u8| {
        [
            &[0, 0x41, at, 0x0b][..],
            &raw::leb(1 << 20),
            &vec![1; 1 << 20],
        ]
        .concat()
    };
    vec![
        Case::loading(
            "L15",
            "1 GiB of data in segments that overlap",
            Built::Bytes,
            move || {
                let memory = section(5, &[1, 0, 0x80, 1]);
                let content: Vec<u8> = (0..40).flat_map(segment).collect();
                let data = section(raw::DATA, &[raw::leb(1_024), content].concat());
                raw::around(&module(&[memory, data]))
            },
            "load.too_large",
        )
        .long()
        .otherwise("a byte of data takes a byte of the file, and the file may have 32 MiB"),
        Case::loading(
            "L15",
            "a segment of data beyond the memory's end",
            Built::Wat,
            || Core::new().items("(data (i32.const -1) \"x\")").component(),
            "call.trap",
        ),
    ]
}

fn customs() -> Vec<Case> {
    let plugin = |customs: Vec<Vec<u8>>| [Core::new().component(), customs.concat()].concat();
    vec![
        Case::loading(
            "L16",
            "garbage in names, producers, debug information and `dylink.0`",
            Built::Bytes,
            move || {
                let names = [
                    "name",
                    "component-name",
                    "producers",
                    ".debug_info",
                    "dylink.0",
                ];
                plugin(names.map(|name| custom(name, &[0xff; 999])).to_vec())
            },
            "loaded",
        )
        .otherwise("nobody reads them"),
        Case::loading(
            "L16",
            "garbage in the names of a module",
            Built::Bytes,
            || raw::around(&module(&[custom("name", &[0xff; 999])])),
            "load.missing_export",
        )
        .otherwise("nobody reads them; all that is wrong is that it is no plugin"),
        Case::loading(
            "L16",
            "a map of its source at an address on the network",
            Built::Bytes,
            move || plugin(vec![custom("sourceMappingURL", b"\x10http://192.0.2.1")]),
            "loaded",
        )
        .otherwise("nobody fetches it"),
        refused("L16", "25 MiB of custom sections", || {
            component(&[custom("notes", &vec![0; 25 << 20])])
        })
        .slow(),
        Case::loading(
            "L16",
            "100 MB of custom sections",
            Built::Bytes,
            || component(&[custom("notes", &vec![0; 100_000_000])]),
            "load.too_large",
        )
        .long(),
    ]
}
