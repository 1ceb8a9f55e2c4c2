//! One request with what is shown of its answer, as the configuration has it.

use crate::address::Address;
use crate::body::Body;
use crate::header::HeaderValue;
use crate::pick::Pick;
use crate::script;
use crate::show::{self, Show};
use crate::template::{Name, Template};
use serde_json::{Map, Value};
use sidepane_sdk::http::{self, Request};
use sidepane_sdk::{Block, Context};

/// Plugs of one configuration: the requests that a call may make.
pub(crate) const MOST: usize = 16;

/// Bytes of a configuration.
const CONFIGURATION: usize = 64 << 10;

/// Members that a plug may have. The first six are those of an old script.
const MEMBERS: &[&str] = &[
    "url",
    "method",
    "headers",
    "header",
    "formParameters",
    "rawBody",
    "title",
    "icon",
    "needs",
    "show",
    "contactName",
    "contactLink",
];

/// A plug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plug {
    /// The heading of its block.
    pub(crate) title: String,
    icon: Option<String>,
    method: String,
    address: Address,
    headers: Vec<(String, HeaderValue)>,
    content_type: Option<Template>,
    body: Body,
    needs: Vec<Name>,
    show: Vec<Show>,
    contact_name: Option<Pick>,
    contact_link: Option<Pick>,
}

/// Reads a configuration: a plug, or a list of them.
///
/// # Errors
///
/// What is wrong, and in which plug.
pub(crate) fn read(text: &str, secrets: &[&str]) -> Result<Vec<Plug>, String> {
    if text.len() > CONFIGURATION {
        return Err(format!(
            "it has {} bytes, and may have {CONFIGURATION}",
            text.len()
        ));
    }
    let plugs = match script::read(text)? {
        Value::Array(plugs) => plugs,
        one => vec![one],
    };
    if !(1..=MOST).contains(&plugs.len()) {
        return Err(format!(
            "it is a list of {} plugs, and may be one of 1 to {MOST}",
            plugs.len()
        ));
    }
    let numbered = plugs.iter().enumerate();
    numbered
        .map(|(at, plug)| {
            Plug::parse(plug, secrets).map_err(|why| format!("plug {}: {why}", at + 1))
        })
        .collect()
}

impl Plug {
    fn parse(plug: &Value, secrets: &[&str]) -> Result<Self, String> {
        let plug = plug.as_object().ok_or("it is no object")?;
        if let Some(unknown) = plug.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(format!(
                "`{unknown}` is no member; there are {}",
                MEMBERS.join(", ")
            ));
        }
        let address = Address::parse(text(plug, "url")?.ok_or("`url` is missing")?)?;
        let method = method(plug)?;
        let body = Body::parse(plug.get("formParameters"), plug.get("rawBody"))?;
        if body != Body::None && reads(&method) {
            return Err(format!(
                "a {method} has no body; leave out `formParameters` and `rawBody`, or POST"
            ));
        }
        let (headers, content_type) = headers(plug, secrets)?;
        let is_form = matches!(body, Body::Form(_));
        let plain = content_type.as_ref().and_then(Template::plain);
        if is_form
            && plain.is_some_and(|kind| !kind.starts_with("application/x-www-form-urlencoded"))
        {
            return Err(
                "`formParameters` are sent as a form, and `Content-Type` says something else"
                    .into(),
            );
        }
        let pick = |name: &str| text(plug, name)?.map(Pick::parse).transpose();
        Ok(Self {
            title: match text(plug, "title")? {
                Some(title) => title.to_owned(),
                None => address.host().to_owned(),
            },
            icon: text(plug, "icon")?.map(str::to_owned),
            contact_name: pick("contactName")?,
            contact_link: pick("contactLink")?,
            needs: needs(plug.get("needs"))?,
            show: match plug.get("show") {
                None | Some(Value::Null) => Vec::new(),
                Some(show) => Show::parse_all("show", show)?,
            },
            method,
            address,
            headers,
            content_type,
            body,
        })
    }

    /// Whether asking changes nothing, so that it may be done beside others.
    pub(crate) fn reads(&self) -> bool {
        reads(&self.method)
    }

    /// The request for this contact; none when something that it needs is not known.
    ///
    /// # Errors
    ///
    /// A value cannot stand where it would.
    pub(crate) fn request(&self, context: &Context) -> Result<Option<Request>, String> {
        if self.needs.iter().any(|name| name.of(context).is_empty()) {
            return Ok(None);
        }
        let request = http::request(&self.method, self.address.fill(context)?);
        let add =
            |request, (name, value): &(String, HeaderValue)| value.add(name, request, context);
        let request = self.headers.iter().fold(request, add);
        let kind = self.content_type.as_ref();
        let kind = kind.map(|kind| kind.fill(context, crate::template::in_header));
        Ok(Some(self.body.add(request, kind, context)))
    }

    /// What is shown of an answer; none when it has nothing.
    pub(crate) fn block(&self, answer: &Value) -> Option<Block> {
        show::block(self.heading(), &self.show, answer)
    }

    /// An empty block with its heading.
    pub(crate) fn heading(&self) -> Block {
        let block = Block::new(&self.title);
        match &self.icon {
            Some(icon) => block.icon(icon),
            None => block,
        }
    }

    /// The contact's name in an answer.
    pub(crate) fn contact_name(&self, answer: &Value) -> Option<String> {
        let name = self.contact_name.as_ref()?.text(answer);
        (!name.is_empty()).then_some(name)
    }

    /// Where the contact can be opened, by an answer.
    pub(crate) fn contact_link(&self, answer: &Value) -> Option<String> {
        self.contact_link.as_ref()?.link(answer)
    }
}

fn reads(method: &str) -> bool {
    method == "GET"
}

fn method(plug: &Map<String, Value>) -> Result<String, String> {
    let method = text(plug, "method")?.unwrap_or("GET").to_ascii_uppercase();
    match crate::METHODS.contains(&method.as_str()) {
        true => Ok(method),
        false => Err(format!(
            "`method` is {method:?}, and may be {}",
            crate::METHODS.join(", ")
        )),
    }
}

type Headers = (Vec<(String, HeaderValue)>, Option<Template>);

/// The headers of both spellings, and apart from them the content type, which belongs to the body.
fn headers(plug: &Map<String, Value>, secrets: &[&str]) -> Result<Headers, String> {
    let mut headers: Vec<(String, HeaderValue)> = Vec::new();
    let mut content_type = None;
    for spelling in ["headers", "header"] {
        let given = match plug.get(spelling) {
            None | Some(Value::Null) => continue,
            Some(Value::Object(given)) => given,
            Some(_) => return Err(format!("`{spelling}` is an object of names and texts")),
        };
        for (name, value) in given {
            let value = value
                .as_str()
                .ok_or_else(|| format!("the header `{name}` is no text"))?;
            if name.contains("{{") {
                return Err(format!(
                    "`{name}` is a header's name; a placeholder may stand in a value alone"
                ));
            }
            let is_kind = name.eq_ignore_ascii_case("content-type");
            let known = |(known, _): &(String, HeaderValue)| known.eq_ignore_ascii_case(name);
            if headers.iter().any(known) || (is_kind && content_type.is_some()) {
                return Err(format!("the header `{name}` is given twice"));
            }
            match HeaderValue::parse(name, value)? {
                HeaderValue::Text(kind) if is_kind => content_type = Some(kind),
                value => {
                    if let Some(unknown) = value.secret().filter(|name| !secrets.contains(name)) {
                        return Err(format!(
                            "there is no secret `{unknown}`; this plugin has {}",
                            secrets.join(", ")
                        ));
                    }
                    headers.push((name.clone(), value));
                }
            }
        }
    }
    Ok((headers, content_type))
}

/// Placeholders that must have a value: `"user.email"`, or a list of such.
fn needs(value: Option<&Value>) -> Result<Vec<Name>, String> {
    let wrong = || String::from("`needs` names placeholders: \"user.email\", or a list of such");
    let name = |value: &Value| Name::parse(value.as_str().ok_or_else(wrong)?);
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) => names.iter().map(name).collect(),
        Some(one) => Ok(vec![name(one)?]),
    }
}

/// The text of a member, where it is there and not empty.
fn text<'a>(plug: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    match plug.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
        Some(_) => Err(format!("`{name}` is no text")),
    }
}
