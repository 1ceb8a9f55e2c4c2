//! Hostile bytes: sections put together by hand, with more in them than any tool would write.

/// The first bytes of a core module.
const MODULE: &[u8] = b"\0asm\x01\0\0\0";
/// The first bytes of a component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// A module's types.
pub const TYPES: u8 = 1;
/// A module's imports.
pub const IMPORTS: u8 = 2;
/// A module's functions.
pub const FUNCTIONS: u8 = 3;
/// A module's tables.
pub const TABLES: u8 = 4;
/// A module's exports.
pub const EXPORTS: u8 = 7;
/// A module's code.
pub const CODE: u8 = 10;
/// A module's data.
pub const DATA: u8 = 11;

/// A number as LEB128.
pub fn leb(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// A section of any kind.
pub fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], leb(content.len() as u64).as_slice(), content].concat()
}

/// A section of `count` times the same item.
pub fn many(id: u8, count: u64, item: &[u8]) -> Vec<u8> {
    let items = item.repeat(usize::try_from(count).expect("a number of items"));
    section(id, &[leb(count), items].concat())
}

/// A custom section.
pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(
        0,
        &[&leb(name.len() as u64), name.as_bytes(), content].concat(),
    )
}

/// A core module of sections.
pub fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [MODULE, &sections.concat()].concat()
}

/// A component of sections.
pub fn component(sections: &[Vec<u8>]) -> Vec<u8> {
    [COMPONENT, &sections.concat()].concat()
}

/// A component that holds one core module and nothing else.
pub fn around(module: &[u8]) -> Vec<u8> {
    component(&[section(1, module)])
}

/// A component with one module of functions `func()` with these bodies: declarations of locals, then
/// operators, `end` included.
pub fn functions(bodies: &[Vec<u8>]) -> Vec<u8> {
    let count = bodies.len() as u64;
    let code = bodies
        .iter()
        .flat_map(|body| [leb(body.len() as u64), body.clone()].concat());
    around(&module(&[
        section(TYPES, &[1, 0x60, 0, 0]),
        many(FUNCTIONS, count, &[0]),
        section(
            CODE,
            &leb(count).into_iter().chain(code).collect::<Vec<_>>(),
        ),
    ]))
}

/// `count` locals of type `i64`, and nothing before.
fn locals(count: u64) -> Vec<u8> {
    [vec![1], leb(count), vec![0x7e]].concat()
}

/// `local.get`, `i64.const 1`, `i64.add`.
fn one_more(local: u64) -> Vec<u8> {
    [vec![0x20], leb(local), vec![0x42, 1, 0x7c]].concat()
}

/// A body of `depth` loops inside each other, each with a local of its own, and a branch to every one
/// of them from within: the allocator of registers looks at every local in every loop.
pub fn nested_loops(depth: u64) -> Vec<u8> {
    let mut body = locals(depth);
    for local in 0..depth {
        body.extend([0x03, 0x40]);
        body.extend(one_more(local));
        body.push(0x21);
        body.extend(leb(local));
    }
    for local in 0..depth {
        body.push(0x20);
        body.extend(leb(local));
        body.extend([0xa7, 0x0d]);
        body.extend(leb(depth - 1 - local));
    }
    body.extend(vec![0x0b; usize::try_from(depth).expect("a depth") + 1]);
    body
}

/// A body of `count` loops after each other, each with a local of its own that lives to the end.
pub fn loops_in_a_row(count: u64) -> Vec<u8> {
    let mut body = locals(count);
    for local in 0..count {
        body.extend([0x03, 0x40]);
        body.extend(one_more(local));
        body.push(0x22);
        body.extend(leb(local));
        body.extend([0xa7, 0x0d, 0, 0x0b]);
    }
    body.push(0x0b);
    body
}
