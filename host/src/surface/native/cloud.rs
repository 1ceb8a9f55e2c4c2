//! CloudEvents 1.0 over HTTP, structured and binary: the attributes name the event, `data` holds
//! the rest of the normal form.
//!
//! `data` is another's document, so names that are not ours are no mistake there: they stay in the
//! raw form alone. Extension attributes go to `extra`.

use super::super::json::Json;
use super::super::strict::{Strict, wrong};
use super::event::{self, Defaults, Named};
use crate::model::event::Event;
use crate::model::problem::Problem;
use http::HeaderMap;
use percent_encoding::percent_decode;

/// Whether a request is a CloudEvent in binary mode: any attribute in a header makes it one, so
/// that a forgotten one is named and not the event read as something else.
pub(super) fn is_binary(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name.as_str().starts_with("ce-"))
}

/// Structured mode: attributes and data in one object.
///
/// # Errors
/// `request.invalid_field` with the attribute or the field of `data` at fault.
pub(super) fn structured(body: Json, defaults: Defaults) -> Result<Event, Problem> {
    let mut attributes = Strict::of("", body)?;
    if attributes.take("data_base64").is_some() {
        return Err(wrong("data_base64", "the data must be JSON, in `data`"));
    }
    let data = attributes.take("data");
    read(attributes, data, defaults)
}

/// Binary mode: attributes in headers, data in the body.
///
/// # Errors
/// As [`structured`].
pub(super) fn binary(
    headers: &HeaderMap,
    data: Option<Json>,
    defaults: Defaults,
) -> Result<Event, Problem> {
    let mut attributes = Vec::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix("ce-") else {
            continue;
        };
        let value = percent_decode(value.as_bytes())
            .decode_utf8()
            .map_err(|_| wrong(name, "it is not UTF-8 once decoded"))?;
        attributes.push((name.to_owned(), Json::Text(value.into_owned())));
    }
    read(Strict::of("", Json::Object(attributes))?, data, defaults)
}

fn read(
    mut attributes: Strict,
    data: Option<Json>,
    mut defaults: Defaults,
) -> Result<Event, Problem> {
    if attributes.text("specversion")?.as_deref() != Some("1.0") {
        return Err(wrong("specversion", "it must be `1.0`"));
    }
    let mut must = |name: &str| {
        let text = attributes.text(name)?;
        text.ok_or_else(|| wrong(name, "every CloudEvent has one"))
    };
    let (id, source, event_type) = (must("id")?, must("source")?, must("type")?);
    let time = match attributes.text("time")? {
        Some(text) => event::moment("time", &text)?,
        None => defaults.now,
    };
    if let Some(kind) = attributes.text("datacontenttype")? {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
        if !kind.eq_ignore_ascii_case("application/json") && !kind.ends_with("+json") {
            return Err(wrong("datacontenttype", "the data must be JSON"));
        }
    }
    let data = data.unwrap_or_else(|| Json::Object(Vec::new()));
    defaults.raw = serde_json::to_string(&data).unwrap_or_default();
    let names = Named {
        id,
        source,
        event_type,
        time,
    };
    let mut event = event::named(names, defaults)?;
    if let Json::Object(_) = data {
        event = event::fill(event, &mut Strict::of("data", data)?)?;
    }
    for (name, value) in attributes.rest() {
        let name_fits = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !name_fits {
            return Err(wrong(&name, "an attribute's name is made of a-z and 0-9"));
        }
        if value != Json::Null && event.extra.len() < super::super::bounds::MAX_PAIRS {
            event.extra.push((name, value.into_text()));
        }
    }
    Ok(event)
}
