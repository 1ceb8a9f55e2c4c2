//! L23: components made of components.

use crate::case::{Built, Case};
use std::fmt::Write;

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    vec![
        composed(
            "4,096 instances of a component",
            || {
                let mut text = "(component (component $c)".to_owned();
                for _ in 0..4_096 {
                    text += "(instance (instantiate $c))";
                }
                text + ")"
            },
            "load.limit",
        ),
        composed(
            "400 instances of a module",
            || {
                let mut text = "(component (core module $m)".to_owned();
                for _ in 0..400 {
                    text += "(core instance (instantiate $m))";
                }
                text + ")"
            },
            "load.limit",
        ),
        composed(
            "instances that multiply, ten at each of six levels",
            multiply,
            "load.limit",
        ),
        composed(
            "an instance of a component that only an import names",
            || {
                "(component (component (import \"x\" (component $c)) (instance (instantiate $c))))"
                    .to_owned()
            },
            "load.limit",
        )
        .otherwise("nobody can count what it makes, and no tool writes this"),
        composed(
            "an instance that is made of its own exports",
            || "(component (instance $a (export \"x\" (instance 0))))".to_owned(),
            "load.malformed",
        )
        .slow(),
    ]
}

fn composed(what: &'static str, text: fn() -> String, expect: &'static str) -> Case {
    let bytes = move || wat::parse_str(text()).expect("a component in text form");
    Case::loading("L23", what, Built::Wat, bytes, expect)
}

/// A component that instantiates its inner one ten times, which does the same, and so on.
fn multiply() -> String {
    let mut inner = "(component $c (core module $m) (core instance (instantiate $m)))".to_owned();
    for level in 0..6 {
        let mut outer = String::from(match level {
            5 => "(component ",
            _ => "(component $c ",
        });
        outer += &inner;
        for _ in 0..10 {
            let _ = write!(outer, "(instance (instantiate $c))");
        }
        inner = outer + ")";
    }
    inner
}
