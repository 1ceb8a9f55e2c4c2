//! Answers taken apart: each text with its place, so that two answers can be compared place by place
//! and the first difference named.

use super::action::{Command, Pressed};
use super::card::{Button, Card, Content, Element, Link};
use super::context::Pairs;
use super::manifest::{Field, FieldKind};

impl Card {
    /// Every text of the card, in order, with its place: `blocks[0].list[1].text`. Nothing that an
    /// agent would see is left out.
    pub fn told(&self) -> Pairs {
        let mut told = Told::default();
        told.card("", self);
        told.0
    }
}

impl Pressed {
    /// Every text of what came of a press, in order, with its place.
    pub fn told(&self) -> Pairs {
        let mut told = Told::default();
        match self {
            Self::Done {
                message,
                commands,
                extra,
            } => {
                told.maybe("message", message.as_deref());
                for (at, command) in commands.iter().enumerate() {
                    told.command(&format!("commands[{at}]"), command);
                }
                told.pairs("extra", extra);
            }
            Self::Invalid { message, fields } => {
                told.maybe("message", message.as_deref());
                told.pairs("fields", fields);
            }
            Self::Failed(problem) => told.say("message", &problem.message),
        }
        told.0
    }
}

/// Places with their texts so far.
#[derive(Default)]
struct Told(Pairs);

impl Told {
    fn say(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.0.push((place.into(), text.into()));
    }

    fn maybe(&mut self, place: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.say(place, text);
        }
    }

    fn pairs(&mut self, place: &str, pairs: &Pairs) {
        for (name, text) in pairs {
            self.say(format!("{place}.{name}"), text);
        }
    }

    fn card(&mut self, at: &str, card: &Card) {
        let Card {
            contact_name,
            contact_link,
            cache_s,
            blocks,
            extra,
        } = card;
        self.maybe(&format!("{at}contact_name"), contact_name.as_deref());
        if let Some(link) = contact_link {
            self.link(&format!("{at}contact_link"), link);
        }
        if let Some(seconds) = cache_s {
            self.say(format!("{at}cache_s"), seconds.to_string());
        }
        for (number, block) in blocks.iter().enumerate() {
            let place = format!("{at}blocks[{number}]");
            self.say(format!("{place}.name"), &block.name);
            self.maybe(&format!("{place}.icon"), block.icon.as_deref());
            for (number, element) in block.data.iter().enumerate() {
                self.element(&format!("{place}.data[{number}]"), element);
            }
        }
        self.pairs(&format!("{at}extra"), extra);
    }

    fn link(&mut self, place: &str, link: &Link) {
        self.say(format!("{place}.url"), &link.url);
        self.maybe(&format!("{place}.text"), link.text.as_deref());
    }

    fn element(&mut self, place: &str, element: &Element) {
        match element {
            Element::Content(content) => self.content(place, content),
            Element::Accordion(accordion) => {
                let place = format!("{place}.accordion");
                self.say(format!("{place}.name"), &accordion.name);
                self.say(format!("{place}.open"), accordion.open.to_string());
                for (number, content) in accordion.data.iter().enumerate() {
                    self.content(&format!("{place}.data[{number}]"), content);
                }
            }
            Element::Actions(buttons) => {
                for (number, button) in buttons.iter().enumerate() {
                    self.button(&format!("{place}.actions[{number}]"), button);
                }
            }
        }
    }

    fn content(&mut self, place: &str, content: &Content) {
        match content {
            Content::List(rows) => {
                for (number, row) in rows.iter().enumerate() {
                    let place = format!("{place}.list[{number}]");
                    self.say(format!("{place}.label"), &row.label);
                    self.say(format!("{place}.text"), &row.text);
                    self.maybe(&format!("{place}.url"), row.url.as_deref());
                }
            }
            Content::Table(table) => {
                for (number, header) in table.headers.iter().enumerate() {
                    self.say(format!("{place}.table.headers[{number}]"), header);
                }
                for (number, row) in table.rows.iter().enumerate() {
                    for (column, cell) in row.iter().enumerate() {
                        let place = format!("{place}.table.rows[{number}][{column}]");
                        self.say(format!("{place}.text"), &cell.text);
                        self.maybe(&format!("{place}.url"), cell.url.as_deref());
                    }
                }
            }
            Content::Html(html) => self.say(format!("{place}.html"), html),
            Content::Other(other) => {
                let place = format!("{place}.{}", other.kind);
                self.say(format!("{place}.text"), &other.text);
                self.say(format!("{place}.json"), &other.json);
            }
        }
    }

    fn button(&mut self, place: &str, button: &Button) {
        let Button {
            id,
            label,
            style,
            value,
            confirm,
            fields,
            token: _,
        } = button;
        self.say(format!("{place}.id"), id);
        self.say(format!("{place}.label"), label);
        self.say(
            format!("{place}.style"),
            format!("{style:?}").to_lowercase(),
        );
        self.say(format!("{place}.value"), value);
        if let Some(confirm) = confirm {
            self.say(format!("{place}.confirm.title"), &confirm.title);
            self.maybe(&format!("{place}.confirm.text"), confirm.text.as_deref());
            self.say(format!("{place}.confirm.button"), &confirm.button);
        }
        for field in fields {
            self.field(&format!("{place}.{}", field.name), field);
        }
    }

    fn field(&mut self, place: &str, field: &Field) {
        self.say(format!("{place}.label"), &field.label);
        self.maybe(&format!("{place}.help"), field.help.as_deref());
        self.maybe(&format!("{place}.default"), field.default_value.as_deref());
        self.say(format!("{place}.required"), field.required.to_string());
        let (kind, choices) = match &field.kind {
            FieldKind::Select(choices) => ("Select".to_owned(), choices.as_slice()),
            FieldKind::MultiSelect(choices) => ("MultiSelect".to_owned(), choices.as_slice()),
            FieldKind::Other(name) => (name.clone(), &[][..]),
            kind => (format!("{kind:?}"), &[][..]),
        };
        self.say(format!("{place}.kind"), kind.to_lowercase());
        for choice in choices {
            self.say(format!("{place}.options.{}", choice.value), &choice.label);
        }
    }

    fn command(&mut self, place: &str, command: &Command) {
        match command {
            Command::OpenUrl(url) => self.say(format!("{place}.open_url"), url),
            Command::Copy(text) => self.say(format!("{place}.copy"), text),
            Command::InsertDraft(text) => self.say(format!("{place}.insert_draft"), text),
            Command::AddTags(tags) => self.say(format!("{place}.add_tags"), tags.join(", ")),
            Command::Assign { agent, group } => {
                self.say(
                    format!("{place}.assign.agent"),
                    agent.as_deref().unwrap_or("nobody"),
                );
                self.maybe(&format!("{place}.assign.group"), group.as_deref());
            }
            Command::SetStatus(status) => self.say(format!("{place}.set_status"), status),
            Command::AddLink(link) => self.link(&format!("{place}.add_link"), link),
            Command::Notify(text) => self.say(format!("{place}.notify"), text),
            Command::Other { kind, text, json } => {
                self.say(format!("{place}.{kind}.text"), text);
                self.say(format!("{place}.{kind}.json"), json);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::card::{Accordion, Block, Cell, Row, Table};

    fn row(label: &str, text: &str) -> Content {
        let (label, text) = (label.into(), text.into());
        let url = None;
        Content::List(vec![Row { label, text, url }])
    }

    #[test]
    fn each_text_of_a_card_has_its_place() {
        let table = Content::Table(Table {
            headers: vec!["Order".into()],
            rows: vec![vec![Cell {
                text: "1001".into(),
                url: Some("https://shop.example/1001".into()),
            }]],
        });
        let fold = Element::Accordion(Accordion {
            name: "More".into(),
            open: true,
            data: vec![Content::Html("<p>Gold</p>".into())],
        });
        let card = Card {
            contact_name: Some("Ada".into()),
            cache_s: Some(30),
            blocks: vec![Block {
                name: "Orders".into(),
                icon: None,
                data: vec![
                    Element::Content(row("Id", "7")),
                    Element::Content(table),
                    fold,
                ],
            }],
            ..Card::default()
        };
        let told: Vec<String> = card
            .told()
            .into_iter()
            .map(|(place, text)| format!("{place}: {text}"))
            .collect();
        assert_eq!(
            told,
            [
                "contact_name: Ada",
                "cache_s: 30",
                "blocks[0].name: Orders",
                "blocks[0].data[0].list[0].label: Id",
                "blocks[0].data[0].list[0].text: 7",
                "blocks[0].data[1].table.headers[0]: Order",
                "blocks[0].data[1].table.rows[0][0].text: 1001",
                "blocks[0].data[1].table.rows[0][0].url: https://shop.example/1001",
                "blocks[0].data[2].accordion.name: More",
                "blocks[0].data[2].accordion.open: true",
                "blocks[0].data[2].accordion.data[0].html: <p>Gold</p>",
            ]
        );
    }

    #[test]
    fn what_came_of_a_press_has_its_places_too() {
        let done = Pressed::Done {
            message: Some("Refunded.".into()),
            commands: vec![
                Command::AddTags(vec!["refunded".into(), "late".into()]),
                Command::Assign {
                    agent: None,
                    group: Some("money".into()),
                },
            ],
            extra: vec![("x".into(), "y".into())],
        };
        assert_eq!(
            done.told(),
            [
                ("message", "Refunded."),
                ("commands[0].add_tags", "refunded, late"),
                ("commands[1].assign.agent", "nobody"),
                ("commands[1].assign.group", "money"),
                ("extra.x", "y"),
            ]
            .map(|(place, text)| (place.to_owned(), text.to_owned()))
        );
    }
}
