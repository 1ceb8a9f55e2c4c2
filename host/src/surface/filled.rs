//! What an agent filled into a button's form, checked against what the form asks for.

use super::bounds;
use super::json::Json;
use crate::model::context::Pairs;
use crate::model::manifest::{Choice, Field, FieldKind};
use crate::model::problem::{Code, Problem};
use jiff::civil::Date;
use std::borrow::Cow;

/// The most bytes of one value: the longest text of a card.
const MAX_VALUE: usize = 4 << 10;

/// The values of a form's fields in the form's order, each written as its kind says. A field that
/// was not filled in is empty, a checkbox `false`.
///
/// # Errors
/// `request.invalid_field` with the field at fault.
pub(super) fn check(form: &[Field], mut given: Vec<(String, Json)>) -> Result<Pairs, Problem> {
    let mut filled = Pairs::with_capacity(form.len());
    for field in form {
        let at = given.iter().position(|(name, _)| *name == field.name);
        let value = match at.map(|at| given.swap_remove(at).1) {
            None | Some(Json::Null) => empty(&field.kind).to_owned(),
            Some(value) => value.into_text(),
        };
        let value = value.replace("\r\n", "\n");
        let wrong = |why: &str| wrong(&field.name, why);
        if value.len() > MAX_VALUE {
            let used = value.len() as u64;
            return Err(wrong("it is too long").of_limit(used, MAX_VALUE as u64));
        }
        match value == empty(&field.kind) {
            true if field.required => return Err(wrong("it must be filled in")),
            true => {}
            false => fits(&field.kind, &value).map_err(|why| wrong(&why))?,
        }
        filled.push((field.name.clone(), value));
    }
    match given.first() {
        None => Ok(filled),
        // A name that is given twice is left over, too.
        Some((name, _)) => Err(wrong(
            name,
            "the form has no such field, or it is given twice",
        )),
    }
}

/// What a field holds when nobody touched it.
fn empty(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Checkbox => "false",
        FieldKind::MultiSelect(_) => "[]",
        _ => "",
    }
}

fn fits(kind: &FieldKind, value: &str) -> Result<(), Cow<'static, str>> {
    let fits = |fits, why: &'static str| match fits {
        true => Ok(()),
        false => Err(why.into()),
    };
    match kind {
        FieldKind::Text | FieldKind::Other(_) => {
            fits(!value.contains(['\n', '\r']), "it must be one line")
        }
        FieldKind::Paragraph => Ok(()),
        FieldKind::Number => fits(
            serde_json::from_str::<serde_json::Number>(value).is_ok(),
            "it must be a number such as 12 or -0.5",
        ),
        FieldKind::Date => fits(
            value.len() == 10 && value.parse::<Date>().is_ok(),
            "it must be a day such as 2026-11-22",
        ),
        FieldKind::Email => fits(is_address(value), "it must be an e-mail address"),
        FieldKind::Url => fits(is_url(value), "it must be an https or http address"),
        FieldKind::Checkbox => fits(value == "true", "it must be true or false"),
        FieldKind::Select(choices) => fits(is_one(choices, value), "it is none of the choices"),
        FieldKind::MultiSelect(choices) => {
            let chosen: Vec<String> = serde_json::from_str(value)
                .map_err(|_| "it must be a list of choices such as [\"a\",\"b\"]")?;
            let known = chosen.iter().all(|value| is_one(choices, value));
            fits(known, "one of it is none of the choices")
        }
    }
}

fn is_one(choices: &[Choice], value: &str) -> bool {
    choices.iter().any(|choice| choice.value == value)
}

/// Something before and after one `@`, without spaces: what can be said without asking its server.
fn is_address(value: &str) -> bool {
    let halves = value.split_once('@');
    !value.contains(char::is_whitespace)
        && halves.is_some_and(|(who, at)| !who.is_empty() && !at.is_empty() && !at.contains('@'))
}

fn is_url(value: &str) -> bool {
    let url = url::Url::parse(value);
    url.is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

fn wrong(name: &str, why: &str) -> Problem {
    let field = bounds::member("fields", name);
    let what = format!("`{field}` cannot be taken: {why}.");
    Problem::new(Code::RequestInvalidField, what).field(field)
}

/// The name of a kind, as answers write it.
pub(super) fn kind(kind: &FieldKind) -> &str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Paragraph => "paragraph",
        FieldKind::Number => "number",
        FieldKind::Date => "date",
        FieldKind::Email => "email",
        FieldKind::Url => "url",
        FieldKind::Checkbox => "checkbox",
        FieldKind::Select(_) => "select",
        FieldKind::MultiSelect(_) => "multi_select",
        FieldKind::Other(name) => name,
    }
}

/// The kind of a name.
pub(super) fn kind_of(name: &str, choices: Vec<Choice>) -> FieldKind {
    match name {
        "text" => FieldKind::Text,
        "paragraph" => FieldKind::Paragraph,
        "number" => FieldKind::Number,
        "date" => FieldKind::Date,
        "email" => FieldKind::Email,
        "url" => FieldKind::Url,
        "checkbox" => FieldKind::Checkbox,
        "select" => FieldKind::Select(choices),
        "multi_select" => FieldKind::MultiSelect(choices),
        other => FieldKind::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, kind: FieldKind, required: bool) -> Field {
        Field {
            name: name.into(),
            label: String::new(),
            help: None,
            kind,
            default_value: None,
            required,
        }
    }

    fn choices() -> Vec<Choice> {
        let choice = |value: &str| Choice {
            value: value.into(),
            label: String::new(),
        };
        vec![choice("late"), choice("broken")]
    }

    fn one(kind: FieldKind, value: Json) -> Result<String, String> {
        check(&[field("a", kind, false)], vec![("a".into(), value)])
            .map(|filled| filled[0].1.clone())
            .map_err(|problem| problem.message)
    }

    #[test]
    fn each_kind_takes_what_it_says() {
        let text = |text: &str| Json::Text(text.into());
        let list = Json::List(vec![text("late"), text("broken")]);
        let good = [
            (FieldKind::Text, text("as typed"), "as typed"),
            (FieldKind::Paragraph, text("two\r\nlines"), "two\nlines"),
            (FieldKind::Number, text("-0.5"), "-0.5"),
            (FieldKind::Number, Json::Number(12.into()), "12"),
            (FieldKind::Date, text("2026-11-22"), "2026-11-22"),
            (FieldKind::Email, text("ada@example.com"), "ada@example.com"),
            (
                FieldKind::Url,
                text("https://a.example"),
                "https://a.example",
            ),
            (FieldKind::Checkbox, Json::Bool(true), "true"),
            (FieldKind::Checkbox, text("false"), "false"),
            (FieldKind::Select(choices()), text("late"), "late"),
            (
                FieldKind::MultiSelect(choices()),
                list,
                r#"["late","broken"]"#,
            ),
            (FieldKind::Select(choices()), Json::Null, ""),
            (FieldKind::Other("colour".into()), text("red"), "red"),
        ];
        for (kind, value, want) in good {
            assert_eq!(one(kind.clone(), value), Ok(want.into()), "{kind:?}");
        }
        let bad = [
            (FieldKind::Text, text("two\nlines")),
            (FieldKind::Text, text(&"a".repeat(4097))),
            (FieldKind::Number, text("1e")),
            (FieldKind::Number, text("NaN")),
            (FieldKind::Date, text("2026-02-30")),
            (FieldKind::Date, text("2026-11-22T10:00")),
            (FieldKind::Email, text("ada")),
            (FieldKind::Url, text("javascript:alert(1)")),
            (FieldKind::Checkbox, text("yes")),
            (FieldKind::Select(choices()), text("lost")),
            (FieldKind::MultiSelect(choices()), text("late")),
            (FieldKind::MultiSelect(choices()), text("[\"lost\"]")),
        ];
        for (kind, value) in bad {
            assert!(one(kind.clone(), value).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn a_form_gets_all_of_its_fields_and_no_others() {
        let form = [
            field("reason", FieldKind::Select(choices()), true),
            field("tell", FieldKind::Checkbox, false),
            field("tags", FieldKind::MultiSelect(choices()), false),
        ];
        let late = || ("reason".to_owned(), Json::Text("late".into()));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            check(&form, vec![late()]),
            Ok(vec![
                pair("reason", "late"),
                pair("tell", "false"),
                pair("tags", "[]")
            ])
        );
        let refused = |given| check(&form, given).unwrap_err().field;
        assert_eq!(refused(vec![]).as_deref(), Some("fields.reason"));
        let twice = refused(vec![late(), late()]);
        assert_eq!(twice.as_deref(), Some("fields.reason"));
        let other = refused(vec![late(), ("b".into(), Json::Null)]);
        assert_eq!(other.as_deref(), Some("fields.b"));
    }
}
