//! What stands in the page's editor, read as the door of its desk would.

use super::super::native::Native;
use super::super::{Caller, CardSurface, Inbound, events};
use super::place::{self, Place};
use crate::model::id::{AccountId, RequestId};
use crate::model::problem::{Code, Problem};
use crate::model::simulation::Played;
use crate::model::time::Millis;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// In which form a payload is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A question, as `POST /v1/context` takes it.
    Card,
    /// An event, as this desk sends it.
    Event(String),
}

/// A payload that cannot be taken: nobody was called.
#[derive(Clone, Debug)]
pub struct Invalid {
    /// Why.
    pub problem: Problem,
    /// Where.
    pub place: Place,
}

/// Reads a payload.
///
/// # Errors
/// Why the door would refuse it, and where in the text that stands.
pub fn read(
    form: &Form,
    text: &str,
    account: AccountId,
    now: Millis,
) -> Result<Played, Box<Invalid>> {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(CONTENT_TYPE, json);
    let inbound = Inbound {
        method: &Method::POST,
        path: "",
        query: "",
        headers: &headers,
        body: text.as_bytes(),
        plugin: None,
        public_url: None,
    };
    let read = match form {
        Form::Card => {
            let caller = Caller::program(account);
            let asked = Native.parse(&inbound, &caller, RequestId::new(""));
            asked.map(|question| Played::Card(Box::new(question.context)))
        }
        Form::Event(desk) => match events().iter().find(|door| door.name() == desk) {
            Some(door) => {
                let event = door.parse(&inbound, account, now);
                event.map(|event| Played::Event(Box::new(event)))
            }
            None => Err(no_desk(desk)),
        },
    };
    read.map_err(|problem| Box::new(Invalid::of(problem, text)))
}

impl Invalid {
    /// Finds out where in the text a problem stands.
    pub fn of(problem: Problem, text: &str) -> Self {
        let place = match place::of_break(text) {
            Some(place) => place,
            None => place::of_field(text, problem.field.as_deref().unwrap_or_default()),
        };
        Self { problem, place }
    }
}

fn no_desk(desk: &str) -> Problem {
    let names: Vec<_> = events().iter().map(|door| door.name()).collect();
    let message = format!(
        "No events come from a desk {desk:?}; they come from {}.",
        names.join(", ")
    );
    Problem::new(Code::RequestInvalidField, message).field("desk")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(form: &Form, text: &str) -> (Code, usize, usize) {
        let read = read(form, text, AccountId::default(), Millis(1));
        let invalid = read.expect_err("cannot be taken");
        let Place { line, column } = invalid.place;
        (invalid.problem.code, line, column)
    }

    #[test]
    fn what_cannot_be_taken_has_its_place() {
        let freshchat = Form::Event("freshchat".into());
        for (form, text, code, line, column) in [
            (
                &Form::Card,
                "{\n \"view\": \"ticket\",\n \"e_mail\": \"x\"\n}",
                Code::RequestInvalidField,
                3,
                2,
            ),
            (
                &Form::Card,
                "{\n \"view\": 7}",
                Code::RequestInvalidField,
                2,
                2,
            ),
            (
                &freshchat,
                "{\n \"event\": \"onUserCreate\",,\n}",
                Code::RequestMalformed,
                2,
                26,
            ),
            (
                &freshchat,
                "{\"event\": \"onConversationCreate\",\n \"data\": {\"conversation\": {\"status\": \"new\"}}}",
                Code::RequestInvalidField,
                2,
                11,
            ),
        ] {
            assert_eq!(refused(form, text), (code, line, column), "{text}");
        }
        let (code, ..) = refused(&Form::Event("telex".into()), "{}");
        assert_eq!(code, Code::RequestInvalidField);
    }
}
