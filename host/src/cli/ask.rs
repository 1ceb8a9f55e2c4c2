//! A question on the command line: flags, or a file that is a body of `/v1/context`.

use super::stop::Stop;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::{Map, Value};
use sidepane::model::id::{AccountId, RequestId};
use sidepane::surface::native::Native;
use sidepane::surface::{Caller, CardSurface, Inbound, Question};
use std::path::{Path, PathBuf};

/// The flags that say who the agent is looking at: a file says it instead.
pub(crate) const ASKED: [&str; 14] = [
    "view",
    "email",
    "phone",
    "external_id",
    "contact_name",
    "ticket_id",
    "contact_id",
    "conversation_id",
    "call_id",
    "locale",
    "time_zone",
    "contact_linked",
    "attributes",
    "params",
];

/// Who the agent is looking at.
#[derive(Debug, clap::Args)]
pub(crate) struct Ask {
    /// What the agent has open: chat, ticket, call, contact, or a view of the plugin's own.
    #[arg(long, required_unless_present_any = ["context", "event"])]
    view: Option<String>,
    /// The contact's e-mail address.
    #[arg(long)]
    email: Option<String>,
    /// The contact's number.
    #[arg(long)]
    phone: Option<String>,
    /// The contact's id in your own systems.
    #[arg(long)]
    external_id: Option<String>,
    /// The name the desk shows.
    #[arg(long)]
    contact_name: Option<String>,
    /// The desk's id of the ticket.
    #[arg(long)]
    ticket_id: Option<String>,
    /// The desk's id of the contact.
    #[arg(long)]
    contact_id: Option<String>,
    /// The desk's id of the conversation.
    #[arg(long)]
    conversation_id: Option<String>,
    /// The desk's id of the call.
    #[arg(long)]
    call_id: Option<String>,
    /// The agent's language, such as `sv-SE`.
    #[arg(long)]
    locale: Option<String>,
    /// The agent's time zone, such as `Europe/Stockholm`.
    #[arg(long)]
    time_zone: Option<String>,
    /// The desk linked the conversation to a contact of its own; without it, e-mail, phone and
    /// external id are a visitor's claim.
    #[arg(long)]
    contact_linked: bool,
    /// An attribute of the contact's; as often as needed.
    #[arg(long = "attribute", value_name = "KEY=VALUE", value_parser = pair)]
    attributes: Vec<(String, String)>,
    /// A static value of the desk's; as often as needed.
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// The account to ask for [default: default].
    #[arg(long)]
    account: Option<String>,
    /// All of the above as JSON, as `/v1/context` takes it.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ASKED)]
    context: Option<PathBuf>,
}

impl Ask {
    /// Reads the question as `/v1/context` would, with the same words where it cannot be taken.
    ///
    /// # Errors
    /// `request.*` with the field, and exit 2 for a file that cannot be read.
    pub(crate) fn question(&self) -> Result<Question, Stop> {
        let (body, named) = match &self.context {
            Some(file) => from_file(file)?,
            None => (self.body()?, None),
        };
        let account = self.account(named)?;
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        let inbound = Inbound {
            method: &Method::POST,
            path: "",
            query: "",
            headers: &headers,
            body: &body,
            plugin: None,
            public_url: None,
        };
        let id = RequestId::new(ulid::Ulid::generate().to_string());
        Native
            .parse(&inbound, &Caller::program(account), id)
            .map_err(|problem| match &self.context {
                Some(file) => Stop::input(format!(
                    "{}: {}",
                    file.display(),
                    super::stop::told(&problem)
                )),
                None => problem.into(),
            })
    }

    /// The account on the command line, else the one that a file names, else the default.
    ///
    /// # Errors
    /// Exit 2 for a text that is no account's name.
    pub(crate) fn account(&self, named: Option<String>) -> Result<AccountId, Stop> {
        let account = self.account.clone().or(named).unwrap_or("default".into());
        AccountId::parse(&account).ok_or_else(|| {
            Stop::input(format!(
                "{account:?} is no account's name: it is [A-Za-z0-9_.-]{{1,64}}"
            ))
        })
    }

    fn body(&self) -> Result<Vec<u8>, Stop> {
        let texts = [
            ("view", &self.view),
            ("email", &self.email),
            ("phone", &self.phone),
            ("external_id", &self.external_id),
            ("contact_name", &self.contact_name),
            ("ticket_id", &self.ticket_id),
            ("contact_id", &self.contact_id),
            ("conversation_id", &self.conversation_id),
            ("call_id", &self.call_id),
            ("locale", &self.locale),
            ("time_zone", &self.time_zone),
        ];
        let mut body: Map<String, Value> = texts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())))
            .collect();
        body.insert("contact_linked".into(), self.contact_linked.into());
        body.insert(
            "attributes".into(),
            object("--attribute", &self.attributes)?,
        );
        body.insert("params".into(), object("--param", &self.params)?);
        serde_json::to_vec(&body).map_err(|error| Stop::of("the question", &error))
    }
}

/// `KEY=VALUE`, as flags take it.
///
/// # Errors
/// There is no `=`, or nothing in front of it.
pub(crate) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it is written KEY=VALUE".to_owned()),
    }
}

fn object(flag: &str, pairs: &[(String, String)]) -> Result<Value, Stop> {
    let mut object = Map::new();
    for (key, value) in pairs {
        if object.insert(key.clone(), value.clone().into()).is_some() {
            return Err(Stop::input(format!("{flag} names {key:?} twice")));
        }
    }
    Ok(Value::Object(object))
}

/// The file's bytes, and the account that it names: here no credential decides it.
fn from_file(file: &Path) -> Result<(Vec<u8>, Option<String>), Stop> {
    let bytes = std::fs::read(file).map_err(|error| {
        Stop::of(
            &format!("the context {} cannot be read", file.display()),
            &error,
        )
    })?;
    let account = serde_json::from_slice(&bytes)
        .ok()
        .and_then(|value: Value| Some(value.get("account")?.as_str()?.to_owned()));
    Ok((bytes, account))
}
