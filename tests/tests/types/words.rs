//! The types of the contract, without the tables of the parser.

use std::path::Path;
use wit_parser::{Docs, Resolve, Type, TypeDefKind};

/// All types, in the order of the interfaces that hold them.
pub(crate) struct Words {
    pub(crate) all: Vec<Word>,
}

/// One type.
pub(crate) struct Word {
    /// The interface it stands in.
    pub(crate) interface: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) shape: Shape,
}

pub(crate) enum Shape {
    Record(Vec<Part>),
    /// Cases, some of them without a value.
    Variant(Vec<Part>),
    Enum(Vec<Part>),
}

/// A field or a case.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) kind: Option<Kind>,
}

/// What a value is.
pub(crate) enum Kind {
    Text,
    Bool,
    Number,
    Bytes,
    Option(Box<Kind>),
    List(Box<Kind>),
    Pair(Vec<Kind>),
    /// Another word, by its name.
    Word(String),
}

impl Words {
    /// Reads the contract's folder.
    pub(crate) fn of(wit: &Path) -> Self {
        let mut resolve = Resolve::default();
        resolve.push_path(wit).expect("wit/ parses");
        let mut all = Vec::new();
        for (_, interface) in resolve.interfaces.iter() {
            for (name, id) in &interface.types {
                let definition = &resolve.types[*id];
                let docs = text(&definition.docs);
                let shape = match &definition.kind {
                    TypeDefKind::Record(record) => Shape::Record(
                        record
                            .fields
                            .iter()
                            .map(|field| part(&resolve, &field.name, &field.docs, Some(&field.ty)))
                            .collect(),
                    ),
                    TypeDefKind::Variant(variant) => Shape::Variant(
                        variant
                            .cases
                            .iter()
                            .map(|case| part(&resolve, &case.name, &case.docs, case.ty.as_ref()))
                            .collect(),
                    ),
                    TypeDefKind::Enum(cases) => Shape::Enum(
                        cases
                            .cases
                            .iter()
                            .map(|case| part(&resolve, &case.name, &case.docs, None))
                            .collect(),
                    ),
                    // A name for a word of another interface.
                    TypeDefKind::Type(_) => continue,
                    other => panic!("{name}: no plugin's library knows {}", other.as_str()),
                };
                all.push(Word {
                    interface: interface.name.clone().expect("a name"),
                    name: name.clone(),
                    docs,
                    shape,
                });
            }
        }
        let mut names: Vec<&str> = all.iter().map(|word| word.name.as_str()).collect();
        names.sort_unstable();
        let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
        assert_eq!(twice, None, "the libraries have one name for one word");
        Self { all }
    }
}

/// `contact-name` as `ContactName`.
pub(crate) fn camel(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_uppercase() + rest
        })
        .collect()
}

fn part(resolve: &Resolve, name: &str, docs: &Docs, ty: Option<&Type>) -> Part {
    Part {
        name: name.into(),
        docs: text(docs),
        kind: ty.map(|ty| kind(resolve, ty)),
    }
}

fn text(docs: &Docs) -> String {
    docs.contents.clone().unwrap_or_default().trim().to_owned()
}

fn kind(resolve: &Resolve, ty: &Type) -> Kind {
    let id = match ty {
        Type::String => return Kind::Text,
        Type::Bool => return Kind::Bool,
        Type::U16 | Type::U32 | Type::S64 => return Kind::Number,
        Type::Id(id) => *id,
        other => panic!("no plugin's library knows {other:?}"),
    };
    let definition = &resolve.types[id];
    match &definition.kind {
        TypeDefKind::Option(inner) => Kind::Option(Box::new(kind(resolve, inner))),
        TypeDefKind::List(Type::U8) => Kind::Bytes,
        TypeDefKind::List(inner) => Kind::List(Box::new(kind(resolve, inner))),
        TypeDefKind::Tuple(tuple) => {
            Kind::Pair(tuple.types.iter().map(|ty| kind(resolve, ty)).collect())
        }
        _ => Kind::Word(definition.name.clone().expect("a name")),
    }
}
