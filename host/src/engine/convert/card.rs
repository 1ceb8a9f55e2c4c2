//! A card on its way out of a plugin: one pass that checks every bound, judges every link, cleans
//! every html and moves every text. What comes out may be shown.

use super::form::field_from_wit;
use super::path::Path;
use crate::model::card::{
    Accordion, Block, Button, ButtonStyle, Card, Cell, Confirm, Content, Element, Link, Other, Row,
    Table,
};
use crate::model::context::Pairs;
use crate::model::manifest::{Field, FieldKind};
use crate::model::problem::{Code, Problem};
use crate::policy::html;
use crate::policy::limits::CardLimits;
use crate::policy::link::Links;
use sidepane_bindings::imports::{card as wit, form as wit_form};
use std::borrow::Cow;

/// Bytes of a button's value; the contract's number.
const VALUE_BYTES: usize = 1 << 10;

/// A checked card, and what was left out of it.
#[derive(Debug)]
pub struct Checked {
    /// The card.
    pub card: Card,
    /// One `output.bad_url` for each link that was left out.
    pub notes: Vec<Problem>,
    /// Bytes of all its texts.
    pub bytes: usize,
}

/// Checks a card.
///
/// # Errors
/// `output.limit`, `output.too_large` and `output.invalid` with the field's path: such a card
/// fails whole. A bad link is not among them; it loses only itself.
pub(in crate::engine) fn card_from_wit(
    card: wit::Card,
    limits: &CardLimits,
    actions: &[String],
) -> Result<Checked, Problem> {
    let mut check = Check {
        limits,
        actions,
        bytes: 0,
        notes: Vec::new(),
    };
    let root = Path::Root;
    let card = Card {
        contact_name: check.optional(&root.field("contact_name"), card.contact_name)?,
        contact_link: check.contact_link(&root.field("contact_link"), card.contact_link)?,
        cache_s: card.cache_s,
        blocks: check.many(
            &root.field("blocks"),
            card.blocks,
            limits.blocks,
            Check::block,
        )?,
        extra: check.extra(&root.field("extra"), card.extra)?,
    };
    Ok(Checked {
        card,
        notes: check.notes,
        bytes: check.bytes,
    })
}

/// The URL in its normal spelling, or the note that says why it is `left_out`.
pub(super) fn judged(
    url: String,
    limits: &CardLimits,
    at: &Path<'_>,
    left_out: &str,
) -> Result<String, Problem> {
    let links = Links {
        max_bytes: limits.url_bytes,
        ..Links::default()
    };
    let normal = match links.judge(&url) {
        Ok(Cow::Borrowed(_)) => None,
        Ok(Cow::Owned(normal)) => Some(normal),
        Err(why) => {
            return Err(Problem::new(Code::OutputBadUrl, left_out)
                .field(at.to_string())
                .detail(why.to_string()));
        }
    };
    Ok(normal.unwrap_or(url))
}

struct Check<'a> {
    limits: &'a CardLimits,
    actions: &'a [String],
    bytes: usize,
    notes: Vec<Problem>,
}

type Checks<T> = Result<T, Problem>;

impl Check<'_> {
    fn block(&mut self, at: &Path<'_>, block: wit::Block) -> Checks<Block> {
        Ok(Block {
            name: self.text(&at.field("name"), block.name)?,
            icon: self.optional(&at.field("icon"), block.icon)?,
            data: self.many(
                &at.field("data"),
                block.data,
                self.limits.elements,
                Self::element,
            )?,
        })
    }

    fn element(&mut self, at: &Path<'_>, element: wit::Element) -> Checks<Element> {
        Ok(match element {
            wit::Element::List(rows) => Element::Content(self.list(at, rows)?),
            wit::Element::Table(table) => Element::Content(self.table(at, table)?),
            wit::Element::Html(markup) => Element::Content(self.html(at, markup)?),
            wit::Element::Other(other) => Element::Content(self.other(at, other)?),
            wit::Element::Accordion(accordion) => Element::Accordion(Accordion {
                name: self.text(&at.field("name"), accordion.name)?,
                open: accordion.open,
                data: self.many(
                    &at.field("data"),
                    accordion.data,
                    self.limits.elements,
                    Self::content,
                )?,
            }),
            wit::Element::Actions(buttons) => Element::Actions(self.many(
                &at.field("actions"),
                buttons,
                self.limits.buttons,
                Self::button,
            )?),
        })
    }

    fn content(&mut self, at: &Path<'_>, content: wit::AccordionElement) -> Checks<Content> {
        match content {
            wit::AccordionElement::List(rows) => self.list(at, rows),
            wit::AccordionElement::Table(table) => self.table(at, table),
            wit::AccordionElement::Html(markup) => self.html(at, markup),
            wit::AccordionElement::Other(other) => self.other(at, other),
        }
    }

    fn list(&mut self, at: &Path<'_>, rows: Vec<wit::Row>) -> Checks<Content> {
        let rows = self.many(
            &at.field("rows"),
            rows,
            self.limits.rows,
            |check, at, row| {
                Ok(Row {
                    label: check.text(&at.field("label"), row.label)?,
                    text: check.text(&at.field("text"), row.text)?,
                    url: check.url(&at.field("url"), row.url)?,
                })
            },
        )?;
        Ok(Content::List(rows))
    }

    fn table(&mut self, at: &Path<'_>, table: wit::Table) -> Checks<Content> {
        let (columns, limit) = (table.headers.len(), self.limits.columns);
        let headers = self.many(&at.field("headers"), table.headers, limit, Self::text_of)?;
        let rows = self.many(
            &at.field("rows"),
            table.rows,
            self.limits.rows,
            |check, at, cells| {
                if cells.len() != columns {
                    return Err(Problem::new(
                        Code::OutputInvalid,
                        "A row of a table has another number of cells than there are headers.",
                    )
                    .field(at.to_string())
                    .of_limit(cells.len() as u64, columns as u64));
                }
                check.many(at, cells, limit, |check, at, cell| {
                    Ok(Cell {
                        text: check.text(&at.field("text"), cell.text)?,
                        url: check.url(&at.field("url"), cell.url)?,
                    })
                })
            },
        )?;
        Ok(Content::Table(Table { headers, rows }))
    }

    fn html(&mut self, at: &Path<'_>, markup: String) -> Checks<Content> {
        let at = at.field("html");
        self.bounded(&at, markup.len(), self.limits.html_bytes)?;
        self.weigh(&at, markup.len())?;
        let clean = match html::clean(&markup) {
            Cow::Borrowed(_) => markup,
            Cow::Owned(cleaned) => {
                // What was left out shortens it, what was escaped lengthens it.
                self.bounded(&at, cleaned.len(), self.limits.html_bytes)?;
                self.weigh(&at, cleaned.len().saturating_sub(markup.len()))?;
                self.notes.extend(taken_out(&at, &markup, &cleaned));
                cleaned
            }
        };
        Ok(Content::Html(clean))
    }

    fn other(&mut self, at: &Path<'_>, other: wit::OtherElement) -> Checks<Content> {
        Ok(Content::Other(Other {
            kind: self.text(&at.field("kind"), other.kind)?,
            text: self.text(&at.field("text"), other.text)?,
            json: {
                self.weigh(&at.field("json"), other.json.len())?;
                other.json
            },
        }))
    }

    fn button(&mut self, at: &Path<'_>, button: wit::Button) -> Checks<Button> {
        if !self.actions.contains(&button.id) {
            return Err(Problem::new(
                Code::OutputInvalid,
                "A button's id is not one of the actions in the plugin's manifest.",
            )
            .field(at.field("id").to_string())
            .detail(format!("id {:?}", button.id)));
        }
        self.bounded(&at.field("value"), button.value.len(), VALUE_BYTES)?;
        self.weigh(&at.field("value"), button.value.len())?;
        Ok(Button {
            id: button.id,
            label: self.text(&at.field("label"), button.label)?,
            style: match button.style {
                wit::ButtonStyle::Plain => ButtonStyle::Plain,
                wit::ButtonStyle::Primary => ButtonStyle::Primary,
                wit::ButtonStyle::Danger => ButtonStyle::Danger,
            },
            value: button.value,
            confirm: button
                .confirm
                .map(|confirm| self.confirm(&at.field("confirm"), confirm))
                .transpose()?,
            fields: self.many(
                &at.field("fields"),
                button.fields,
                self.limits.fields,
                Self::field,
            )?,
            token: None,
        })
    }

    /// A field's texts are a card's texts: choices and defaults count like any other.
    fn field(&mut self, at: &Path<'_>, field: wit_form::Field) -> Checks<Field> {
        let field = field_from_wit(field);
        let texts = [
            ("name", field.name.as_str()),
            ("label", field.label.as_str()),
            ("help", field.help.as_deref().unwrap_or_default()),
            (
                "default_value",
                field.default_value.as_deref().unwrap_or_default(),
            ),
        ];
        for (name, text) in texts {
            self.measure(&at.field(name), text)?;
        }
        if let FieldKind::Select(choices) | FieldKind::MultiSelect(choices) = &field.kind {
            let at = at.field("options");
            self.bounded(&at, choices.len(), self.limits.rows)?;
            for (index, choice) in choices.iter().enumerate() {
                self.measure(&at.index(index).field("value"), &choice.value)?;
                self.measure(&at.index(index).field("label"), &choice.label)?;
            }
        }
        if let FieldKind::Other(kind) = &field.kind {
            self.measure(&at.field("kind"), kind)?;
        }
        Ok(field)
    }

    fn extra(&mut self, at: &Path<'_>, pairs: Pairs) -> Checks<Pairs> {
        self.bounded(at, pairs.len(), self.limits.rows)?;
        for (index, (name, value)) in pairs.iter().enumerate() {
            self.measure(&at.index(index), name)?;
            self.measure(&at.index(index), value)?;
        }
        Ok(pairs)
    }

    fn confirm(&mut self, at: &Path<'_>, confirm: wit::Confirm) -> Checks<Confirm> {
        Ok(Confirm {
            title: self.text(&at.field("title"), confirm.title)?,
            text: self.optional(&at.field("text"), confirm.text)?,
            button: self.text(&at.field("button"), confirm.button)?,
        })
    }

    fn contact_link(&mut self, at: &Path<'_>, link: Option<wit::Link>) -> Checks<Option<Link>> {
        let Some(link) = link else { return Ok(None) };
        let text = self.optional(&at.field("text"), link.text)?;
        let url = self.url(&at.field("url"), Some(link.url))?;
        Ok(url.map(|url| Link { url, text }))
    }

    /// A link that is not one to follow is left out and noted; the rest of the card stands.
    fn url(&mut self, at: &Path<'_>, url: Option<String>) -> Checks<Option<String>> {
        let Some(url) = url else { return Ok(None) };
        self.weigh(at, url.len())?;
        match judged(url, self.limits, at, "A link was left out of the card.") {
            Ok(url) => Ok(Some(url)),
            Err(note) => {
                self.notes.push(note);
                Ok(None)
            }
        }
    }

    fn optional(&mut self, at: &Path<'_>, text: Option<String>) -> Checks<Option<String>> {
        text.map(|text| self.text(at, text)).transpose()
    }

    fn text_of(&mut self, at: &Path<'_>, text: String) -> Checks<String> {
        self.text(at, text)
    }

    fn text(&mut self, at: &Path<'_>, text: String) -> Checks<String> {
        self.measure(at, &text)?;
        Ok(text)
    }

    fn measure(&mut self, at: &Path<'_>, text: &str) -> Checks<()> {
        self.bounded(at, text.len(), self.limits.text_bytes)?;
        self.weigh(at, text.len())
    }

    fn many<T, U>(
        &mut self,
        at: &Path<'_>,
        items: Vec<T>,
        limit: usize,
        mut each: impl FnMut(&mut Self, &Path<'_>, T) -> Checks<U>,
    ) -> Checks<Vec<U>> {
        self.bounded(at, items.len(), limit)?;
        items
            .into_iter()
            .enumerate()
            .map(|(index, item)| each(self, &at.index(index), item))
            .collect()
    }

    fn bounded(&self, at: &Path<'_>, used: usize, limit: usize) -> Checks<()> {
        at.at_most("card", used, limit)
    }

    fn weigh(&mut self, at: &Path<'_>, bytes: usize) -> Checks<()> {
        self.bytes += bytes;
        if self.bytes <= self.limits.card_bytes {
            return Ok(());
        }
        Err(Problem::new(
            Code::OutputTooLarge,
            "The card's texts are larger together than a card may be.",
        )
        .field(at.to_string())
        .of_limit(self.bytes as u64, self.limits.card_bytes as u64))
    }
}

/// What cleaning took out, for authors.
fn taken_out(at: &Path<'_>, markup: &str, cleaned: &str) -> Option<Problem> {
    let gone = html::removed(markup, cleaned)?;
    let what = format!("Markup was left out of the card: {gone}.");
    Some(Problem::new(Code::OutputHtmlCleaned, what).field(at.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(data: Vec<wit::Element>) -> wit::Card {
        wit::Card {
            contact_name: Some("Ada".into()),
            contact_link: None,
            cache_s: None,
            blocks: vec![wit::Block {
                name: "Block".into(),
                icon: None,
                data,
            }],
            extra: Vec::new(),
        }
    }

    fn row(url: Option<&str>) -> wit::Row {
        wit::Row {
            label: "a".into(),
            text: "b".into(),
            url: url.map(str::to_owned),
        }
    }

    fn refused(card: wit::Card) -> (Code, String) {
        let problem = card_from_wit(card, &CardLimits::default(), &["refund".into()])
            .expect_err("a card that cannot be shown");
        (problem.code, problem.field.unwrap_or_default())
    }

    #[test]
    fn every_bound_is_named_with_its_place() {
        let long = "x".repeat(5_000);
        let mut texts = row(None);
        texts.text.clone_from(&long);
        let table = |headers: usize, cells: usize| {
            let cell = wit::Cell {
                text: String::new(),
                url: None,
            };
            wit::Element::Table(wit::Table {
                headers: vec!["h".into(); headers],
                rows: vec![vec![cell; cells]],
            })
        };
        let cases = [
            (
                vec![wit::Element::List(vec![row(None); 201])],
                Code::OutputLimit,
                "blocks[0].data[0].rows",
            ),
            (
                vec![wit::Element::List(vec![texts])],
                Code::OutputLimit,
                "blocks[0].data[0].rows[0].text",
            ),
            (
                vec![table(13, 13)],
                Code::OutputLimit,
                "blocks[0].data[0].headers",
            ),
            (
                vec![table(2, 3)],
                Code::OutputInvalid,
                "blocks[0].data[0].rows[0]",
            ),
            (
                vec![wit::Element::Html("x".repeat(70_000))],
                Code::OutputLimit,
                "blocks[0].data[0].html",
            ),
            (
                vec![wit::Element::Html("x".repeat(60_000)); 5],
                Code::OutputTooLarge,
                "blocks[0].data[4].html",
            ),
            (
                vec![wit::Element::List(Vec::new()); 33],
                Code::OutputLimit,
                "blocks[0].data",
            ),
        ];
        for (data, code, field) in cases {
            assert_eq!(refused(card(data)), (code, field.to_owned()));
        }
    }

    #[test]
    fn a_button_must_be_in_the_manifest() {
        let button = |id: &str| wit::Button {
            id: id.into(),
            label: "Go".into(),
            style: wit::ButtonStyle::Plain,
            value: String::new(),
            confirm: None,
            fields: Vec::new(),
        };
        let good = card(vec![wit::Element::Actions(vec![button("refund")])]);
        assert!(card_from_wit(good, &CardLimits::default(), &["refund".into()]).is_ok());
        let bad = card(vec![wit::Element::Actions(vec![button("delete")])]);
        assert_eq!(
            refused(bad),
            (
                Code::OutputInvalid,
                "blocks[0].data[0].actions[0].id".into()
            )
        );
    }

    #[test]
    fn the_texts_of_forms_and_of_extra_count_too() {
        let choice = || wit_form::Choice {
            value: "v".into(),
            label: "x".repeat(4_000),
        };
        let form = |choices: usize| wit::Button {
            id: "refund".into(),
            label: "Refund".into(),
            style: wit::ButtonStyle::Plain,
            value: String::new(),
            confirm: None,
            fields: vec![wit_form::Field {
                name: "reason".into(),
                label: "Reason".into(),
                help: None,
                kind: wit_form::FieldKind::Select((0..choices).map(|_| choice()).collect()),
                default_value: None,
                required: false,
            }],
        };
        let fields = "blocks[0].data[0].actions[0].fields[0]";
        let (code, at) = refused(card(vec![wit::Element::Actions(vec![form(100)])]));
        assert_eq!(code, Code::OutputTooLarge, "{at}");
        assert!(at.starts_with(&format!("{fields}.options[")), "{at}");
        let (code, at) = refused(card(vec![wit::Element::Actions(vec![form(201)])]));
        assert_eq!((code, at), (Code::OutputLimit, format!("{fields}.options")));
        let mut extra = card(Vec::new());
        extra.extra = vec![("later".into(), "x".repeat(5_000))];
        assert_eq!(refused(extra), (Code::OutputLimit, "extra[0]".into()));
    }

    #[test]
    fn a_bad_link_loses_only_itself() {
        let data = vec![wit::Element::List(vec![
            row(Some("https://shop.example/1")),
            row(Some("javascript:alert(1)")),
        ])];
        let checked = card_from_wit(card(data), &CardLimits::default(), &[]).expect("a card");
        let Element::Content(Content::List(rows)) = &checked.card.blocks[0].data[0] else {
            panic!("a list");
        };
        assert_eq!(rows[0].url.as_deref(), Some("https://shop.example/1"));
        assert_eq!(rows[1].url, None);
        assert_eq!(checked.notes.len(), 1);
        assert_eq!(
            checked.notes[0].field.as_deref(),
            Some("blocks[0].data[0].rows[1].url")
        );
    }
}
