//! The words as declarations of TypeScript, in the shapes that QuickJS gives and takes.

use crate::words::{Kind, Part, Shape, Word, Words, camel};

/// The whole file.
pub(crate) fn text(words: &Words) -> String {
    let mut text = String::from(
        "// The words of the contract, made from the folder wit; change nothing here.\n\
         //\n\
         // What the host leaves out is null, what a plugin leaves out may be null or undefined.\n",
    );
    for word in &words.all {
        text.push('\n');
        text += &declared(word);
    }
    text
}

fn declared(word: &Word) -> String {
    let name = camel(&word.name);
    let docs = comment("", &word.docs);
    match &word.shape {
        Shape::Record(fields) => {
            let fields: String = fields.iter().map(field).collect();
            format!("{docs}export interface {name} {{\n{fields}}}\n")
        }
        Shape::Variant(cases) => {
            let cases: String = cases.iter().map(case).collect();
            format!("{docs}export type {name} ={cases};\n")
        }
        Shape::Enum(cases) => {
            let cases: Vec<String> = cases
                .iter()
                .map(|case| format!("\"{}\"", case.name))
                .collect();
            format!("{docs}export type {name} = {};\n", cases.join(" | "))
        }
    }
}

fn field(field: &Part) -> String {
    let docs = comment("  ", &field.docs);
    let name = lower_camel(&field.name);
    match &field.kind {
        Some(Kind::Option(inner)) => format!("{docs}  {name}?: {} | null;\n", shown(inner)),
        Some(kind) => format!("{docs}  {name}: {};\n", shown(kind)),
        None => panic!("a field has a type"),
    }
}

fn case(case: &Part) -> String {
    let docs = comment("  ", &case.docs);
    let value = match &case.kind {
        Some(kind) => format!("; val: {}", shown(kind)),
        None => String::new(),
    };
    format!("\n{docs}  | {{ tag: \"{}\"{value} }}", case.name)
}

fn shown(kind: &Kind) -> String {
    match kind {
        Kind::Text => "string".into(),
        Kind::Bool => "boolean".into(),
        Kind::Number => "number".into(),
        Kind::Bytes => "Uint8Array".into(),
        Kind::Option(inner) => format!("{} | null | undefined", shown(inner)),
        Kind::List(inner) => format!("{}[]", shown(inner)),
        Kind::Pair(parts) => {
            let parts: Vec<String> = parts.iter().map(shown).collect();
            format!("[{}]", parts.join(", "))
        }
        Kind::Word(name) => camel(name),
    }
}

fn lower_camel(name: &str) -> String {
    let (first, rest) = name.split_once('-').unwrap_or((name, ""));
    match rest {
        "" => first.to_owned(),
        rest => first.to_owned() + &camel(rest),
    }
}

fn comment(indent: &str, docs: &str) -> String {
    assert!(!docs.contains("*/"), "`*/` would end the comment: {docs}");
    let lines: Vec<&str> = docs.lines().collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] => format!("{indent}/** {one} */\n"),
        lines => {
            let inner: String = lines
                .iter()
                .map(|line| format!("{}\n", format!("{indent} * {line}").trim_end()))
                .collect();
            format!("{indent}/**\n{inner}{indent} */\n")
        }
    }
}
