//! The document, held against every recorded request and reply and against the readers.

use super::super::native::Native;
use super::super::recording::{self, Recording};
use super::super::{Caller, CardSurface, EventSurface, Inbound, PageSurface, native};
use super::*;
use crate::model::id::{AccountId, RequestId};
use crate::surface::keys::{Keys, Seal, Seals};
use http::{HeaderMap, HeaderValue};
use jsonschema::Validator;

/// The form at `schema`, among the forms of the document.
fn validator(schema: &Value, components: &Value) -> Validator {
    let mut whole = json!({ "components": components });
    whole["allOf"] = json!([schema]);
    jsonschema::options()
        .should_validate_formats(true)
        .build(&whole)
        .unwrap_or_else(|error| panic!("{schema} is no form: {error}"))
}

/// The forms of answers take names that come later; here each is to be known.
fn closed(mut components: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.values_mut().for_each(close);
                if members.contains_key("properties")
                    && !members.contains_key("additionalProperties")
                {
                    members.insert("additionalProperties".into(), json!(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut components);
    components
}

/// What the document says of a recorded request.
fn operation(request: &Recording) -> &'static Value {
    let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let asked = segments(&request.path);
    let fits = |path: &str| {
        let named = segments(path);
        named.len() == asked.len()
            && named
                .iter()
                .zip(&asked)
                .all(|(named, asked)| named == asked || named.starts_with('{'))
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let (_, of_path) = paths
        .iter()
        .find(|(path, _)| fits(path))
        .expect(&request.path);
    &of_path[request.method.as_str().to_ascii_lowercase()]
}

/// The reply of an `.expect`: whether it is a refusal, its status, its body.
fn recorded(expect: &str) -> (bool, String, Value) {
    let is_status = |line: &str| {
        line.get(..3)
            .is_some_and(|code| code.parse::<u16>().is_ok())
    };
    let mut lines = expect.lines().skip_while(|line| !is_status(line));
    let status = lines
        .next()
        .expect("a status")
        .get(..3)
        .expect("digits")
        .to_owned();
    let body: Vec<&str> = lines.skip_while(|line| !line.is_empty()).collect();
    let body = serde_json::from_str(&body.join("\n")).expect("JSON");
    (status == "418", status, body)
}

#[test]
fn every_recorded_request_and_reply_fits() {
    let components = &DOCUMENT["components"];
    let all_known = closed(components.clone());
    let (mut taken, mut wrong) = (0, Vec::new());
    for folder in [
        "native",
        "imbox",
        "native-events",
        "freshchat",
        "freshchat-webhook",
        "chatwoot",
        "intercom",
    ] {
        for path in recording::requests(folder) {
            let request = std::fs::read_to_string(&path).expect("a request");
            let request = Recording::read(&request);
            let expect = std::fs::read_to_string(path.with_extension("expect")).expect("a reply");
            let (refused, status, reply) = recorded(&expect);
            let operation = operation(&request);
            let answer = match refused {
                true => &components["responses"]["400"],
                false => &operation["responses"][&status],
            };
            let schema = &answer["content"]["application/json"]["schema"];
            assert!(
                schema.is_object(),
                "{}: {status} is not described",
                path.display()
            );
            if let Err(error) = validator(schema, &all_known).validate(&reply) {
                wrong.push(format!(
                    "{}: reply: {error} at {}",
                    path.display(),
                    error.instance_path()
                ));
            }
            let kind = request
                .headers
                .get("content-type")
                .and_then(|kind| kind.to_str().ok());
            let kind = kind
                .unwrap_or_default()
                .split(';')
                .next()
                .unwrap_or_default();
            let schema = &operation["requestBody"]["content"][kind]["schema"];
            if refused || request.headers.contains_key("ce-id") || !schema.is_object() {
                continue;
            }
            let body: Value = serde_json::from_slice(&request.body).expect("JSON");
            taken += 1;
            if let Err(error) = validator(schema, components).validate(&body) {
                wrong.push(format!(
                    "{}: request: {error} at {}",
                    path.display(),
                    error.instance_path()
                ));
            }
        }
    }
    assert!(taken > 40, "{taken} bodies were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Has a reader take an object with each field of a form, null where the field need not be there, and
/// one that the form has not.
fn same_fields(form: &Value, least: &Value, read: &dyn Fn(Value) -> Result<(), Problem>) {
    let fields = form["properties"].as_object().expect("a form with fields");
    read(least.clone()).unwrap_or_else(|problem| panic!("the least: {problem}"));
    // The contract's own name for `type` stands in its place and not beside it.
    for name in fields.keys().filter(|name| *name != "event_type") {
        let mut with = least.clone();
        if with.get(name).is_none() {
            with[name] = Value::Null;
        }
        read(with).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
    let mut unknown = least.clone();
    unknown["no_such_field"] = Value::Null;
    let problem = read(unknown).expect_err("a field that no form has");
    assert!(
        problem
            .field
            .is_some_and(|field| field.ends_with("no_such_field"))
    );
}

fn form(name: &str) -> &'static Value {
    &DOCUMENT["components"]["schemas"][name]
}

fn json_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers
}

fn inbound<'a>(headers: &'a HeaderMap, path: &'a str, body: &'a [u8]) -> Inbound<'a> {
    Inbound {
        method: &Method::POST,
        path,
        query: "",
        headers,
        body,
        plugin: None,
        public_url: None,
    }
}

#[test]
fn the_forms_of_a_question_are_what_its_reader_takes() {
    let headers = json_headers();
    let read = |value: Value| {
        let body = value.to_string();
        let inbound = inbound(&headers, "/v1/context", body.as_bytes());
        let caller = Caller::program(AccountId::default());
        Native
            .parse(&inbound, &caller, RequestId::new("r"))
            .map(drop)
    };
    same_fields(form("ContextForm"), &json!({"view": "ticket"}), &read);
    for (group, name) in [("visitor", "VisitorForm"), ("agent", "AgentForm")] {
        same_fields(form(name), &json!({}), &|value| {
            read(json!({"view": "ticket", group: value}))
        });
    }
    let keys = Keys {
        seals: Some(Seals {
            sessions: Seal::new(&[1; 32]),
            presses: Seal::new(&[2; 32]),
        }),
        ..Keys::default()
    };
    let session = |value: Value| {
        let body = value.to_string();
        let inbound = inbound(&headers, "/v1/session", body.as_bytes());
        native::Sessions.page(&inbound, &keys, Millis(0)).map(drop)
    };
    same_fields(form("SessionForm"), &json!({}), &session);
    // A press is taken apart by the same means; what is not there is missing, whatever else.
    let press = form("PressForm")["properties"].as_object().expect("fields");
    let names: Vec<&str> = press.keys().map(String::as_str).collect();
    assert_eq!(names, ["token", "context", "fields"]);
}

#[test]
fn the_forms_of_an_event_are_what_its_reader_takes() {
    let headers = json_headers();
    let read = |value: Value| {
        let body = value.to_string();
        let inbound = inbound(&headers, "/v1/events", body.as_bytes());
        native::Events
            .parse(&inbound, AccountId::default(), Millis(0))
            .map(drop)
    };
    same_fields(form("EventForm"), &json!({"type": "a"}), &read);
    read(json!({"event_type": "a"})).expect("the contract's name");
    let inside = |field: &'static str| move |value: Value| read(json!({"type": "a", field: value}));
    same_fields(form("ActorForm"), &json!({}), &inside("actor"));
    same_fields(form("ContactForm"), &json!({}), &inside("contact"));
    same_fields(
        form("ConversationForm"),
        &json!({"id": "c"}),
        &inside("conversation"),
    );
    same_fields(form("MessageForm"), &json!({}), &inside("message"));
    let group =
        |value: Value| read(json!({"type": "a", "conversation": {"id": "c", "group": value}}));
    same_fields(form("EntityForm"), &json!({"id": "g"}), &group);
    let change = |value: Value| read(json!({"type": "a", "changes": [value]}));
    for name in form("ChangeForm")["properties"]
        .as_object()
        .expect("fields")
        .keys()
    {
        let mut with = json!({"field": "f"});
        if with.get(name).is_none() {
            with[name] = Value::Null;
        }
        change(with).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
    let part = |value: Value| read(json!({"type": "a", "message": {"parts": [value]}}));
    let leasts = [
        json!({"type": "text"}),
        json!({"type": "attachment", "url": "https://a.example/"}),
        json!({"type": "other", "kind": "k"}),
    ];
    let kinds = form("PartForm")["oneOf"].as_array().expect("kinds");
    assert_eq!(kinds.len(), leasts.len());
    for (kind, least) in kinds.iter().zip(&leasts) {
        same_fields(kind, least, &part);
    }
}

#[test]
fn every_form_stands_for_itself() {
    let components = &DOCUMENT["components"];
    let forms = components["schemas"].as_object().expect("forms");
    assert!(forms.len() > 30, "{} forms", forms.len());
    for name in forms.keys() {
        validator(
            &json!({"$ref": format!("#/components/schemas/{name}")}),
            components,
        );
    }
    for surface in surfaces() {
        for route in surface.routes() {
            for method in route.methods {
                let method = method.as_str().to_ascii_lowercase();
                assert!(
                    DOCUMENT["paths"][route.path][&method].is_object(),
                    "{method} {}",
                    route.path
                );
            }
        }
    }
}
