//! The words as data classes of Python, with values for what may be left out.

use crate::words::{Kind, Part, Shape, Word, Words, camel};

const HEAD: &str = "\
\"\"\"The words of the contract, made from the folder wit; change nothing here.

What may be left out is given by name: `Row(\"Order\", \"1001\", url=\"https://…\")`.
\"\"\"

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
";

/// The whole file.
pub(crate) fn text(words: &Words) -> String {
    let mut text = HEAD.to_owned();
    for word in &words.all {
        text += &declared(word);
    }
    text
}

fn declared(word: &Word) -> String {
    let name = camel(&word.name);
    match &word.shape {
        Shape::Record(fields) => {
            let place = place(word, &name);
            let lines: String = fields.iter().map(field).collect();
            format!(
                "\n\n@dataclass\nclass {name}:\n{}\n{place}\n{lines}",
                docs(&word.docs)
            )
        }
        Shape::Variant(cases) => {
            let classes: String = cases.iter().map(|one| case(word, one)).collect();
            let all: Vec<String> = cases
                .iter()
                .map(|case| format!("{name}{}", camel(&case.name)))
                .collect();
            let told = word.docs.replace('\n', "\n# ");
            let told = told.replace("# \n", "#\n");
            format!("{classes}\n\n# {told}\n{name} = {}\n", all.join(" | "))
        }
        Shape::Enum(cases) => {
            let place = place(word, &name);
            let cases: String = cases
                .iter()
                .map(|case| {
                    let upper = case.name.replace('-', "_").to_uppercase();
                    format!("{}    {upper} = \"{}\"\n", comment(&case.docs), case.name)
                })
                .collect();
            format!(
                "\n\nclass {name}(Enum):\n{}\n{cases}\n\n{}\n",
                docs(&word.docs),
                place.trim_start().replace("_wit", &format!("{name}._wit"))
            )
        }
    }
}

fn case(word: &Word, case: &Part) -> String {
    let (variant, own) = (camel(&word.name), camel(&case.name));
    let place = place(word, &format!("{variant}_{own}"));
    let value = match &case.kind {
        Some(kind) => format!("    value: {}\n", shown(kind)),
        None => String::new(),
    };
    format!(
        "\n\n@dataclass\nclass {variant}{own}:\n{}\n{place}\n{value}",
        docs(&case.docs)
    )
}

/// Where the tools' own class for it is, which crosses to the host.
fn place(word: &Word, name: &str) -> String {
    format!("    _wit = (\"{}\", \"{name}\")", word.interface)
}

fn field(part: &Part) -> String {
    let name = part.name.replace('-', "_");
    let kind = part.kind.as_ref().expect("a field has a type");
    let default = match kind {
        Kind::Option(_) => " = field(default=None, kw_only=True)",
        Kind::List(_) => " = field(default_factory=list, kw_only=True)",
        Kind::Bool => " = field(default=False, kw_only=True)",
        _ => "",
    };
    format!(
        "{}    {name}: {}{default}\n",
        comment(&part.docs),
        shown(kind)
    )
}

fn shown(kind: &Kind) -> String {
    match kind {
        Kind::Text => "str".into(),
        Kind::Bool => "bool".into(),
        Kind::Number => "int".into(),
        Kind::Bytes => "bytes".into(),
        Kind::Option(inner) => format!("{} | None", shown(inner)),
        Kind::List(inner) => format!("list[{}]", shown(inner)),
        Kind::Pair(parts) => {
            let parts: Vec<String> = parts.iter().map(shown).collect();
            format!("tuple[{}]", parts.join(", "))
        }
        Kind::Word(name) => camel(name),
    }
}

fn docs(text: &str) -> String {
    match text.contains('\n') {
        false => format!("    \"\"\"{text}\"\"\"\n"),
        true => {
            let inner: String = text
                .lines()
                .map(|line| format!("{}\n", format!("    {line}").trim_end()))
                .collect();
            format!("    \"\"\"{}\n    \"\"\"\n", inner.trim())
        }
    }
}

fn comment(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", format!("    # {line}").trim_end()))
        .collect()
}
