//! The request of `/v1/context`: a query (GET) or a JSON object (POST), every field checked.

use super::super::json::Json;
use super::super::strict::wrong;
use super::super::{Caller, Inbound, Question, body, bounds, query};
use super::names::{ALIASES, NAMES};
use crate::model::context::{Agent, Context, Pairs};
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::problem::{Code, Problem};
use http::Method;
use std::net::IpAddr;

/// Reads what is asked.
///
/// # Errors
/// `request.*` with the field at fault, and `auth.account_mismatch`.
pub(in crate::surface) fn question(
    inbound: &Inbound<'_>,
    caller: &Caller,
    request_id: RequestId,
) -> Result<Question, Problem> {
    let mut draft = Draft::new(caller, request_id);
    if inbound.method == Method::POST {
        draft.read_body(inbound)?;
    } else {
        draft.read_query(inbound)?;
    }
    draft.finish(caller)
}

/// Reads the context that a program repeats when a button is pressed: the object it asked with.
///
/// # Errors
/// As `question`.
pub(in crate::surface) fn repeated(
    value: Json,
    caller: &Caller,
    request_id: RequestId,
) -> Result<Context, Problem> {
    let told = told("context", value, caller, request_id).map_err(in_context)?;
    Ok(told.context)
}

/// Says of a field of the context where in the body it stands.
fn in_context(mut problem: Problem) -> Problem {
    problem.field = problem.field.map(|field| match field.as_str() {
        "context" => field,
        _ => format!("context.{field}"),
    });
    problem
}

/// Reads what a program says in one object, the plugins to ask among it.
///
/// # Errors
/// As `question`.
pub(in crate::surface) fn told(
    what: &str,
    value: Json,
    caller: &Caller,
    request_id: RequestId,
) -> Result<Question, Problem> {
    let mut draft = Draft::new(caller, request_id);
    draft.read_object(what, value)?;
    draft.finish(caller)
}

/// Whether the query says `explain=1`.
pub(super) fn asks_why(inbound: &Inbound<'_>) -> bool {
    inbound.method == Method::GET
        && query::pairs(inbound.query)
            .flatten()
            .any(|(name, value)| name == EXPLAIN && value == "1")
}

/// Asks why each card is there or is not: about the answer, so no plugin reads it.
const EXPLAIN: &str = "explain";

/// A question that is still being read.
struct Draft {
    context: Context,
    plugins: Vec<PluginId>,
    /// The names that were given, in our spelling.
    seen: Vec<&'static str>,
}

impl Draft {
    fn new(caller: &Caller, request_id: RequestId) -> Self {
        Self {
            context: Context::empty("native", caller.account.clone(), request_id),
            plugins: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// GET: what is no field of ours goes to `params`, as the desk's static query.
    fn read_query(&mut self, inbound: &Inbound<'_>) -> Result<(), Problem> {
        if !inbound.body.is_empty() {
            return Err(Problem::new(
                Code::RequestMalformed,
                "A GET request has no body; send its fields in the query, or use POST.",
            ));
        }
        for pair in query::pairs(inbound.query) {
            let (given, value) = pair?;
            let name = ALIASES
                .iter()
                .find_map(|(alias, ours)| (*alias == given).then_some(*ours))
                .unwrap_or(given.as_str());
            if let Some(name) = known(name) {
                self.once(name, &given)?;
                self.put(name, &given, value)?;
            } else if name == "contact_linked" {
                self.once("contact_linked", name)?;
                self.context.contact_linked = match value.as_str() {
                    "true" => true,
                    "false" | "" => false,
                    _ => return Err(wrong(name, "it must be `true` or `false`")),
                };
            } else if name == EXPLAIN {
                self.once(EXPLAIN, name)?;
                if !matches!(value.as_str(), "1" | "0" | "") {
                    return Err(wrong(name, "it must be `1`"));
                }
            } else if name == "plugin" {
                self.ask(name, &value)?;
            } else if name == "plugins" {
                return Err(wrong(
                    name,
                    "a query asks with `plugin=`, once for each plugin",
                ));
            } else if let Some(name) = name.strip_prefix("attributes.") {
                bounds::pair(
                    &mut self.context.attributes,
                    "attributes",
                    name.into(),
                    value,
                )?;
            } else {
                let name = given.strip_prefix("params.").unwrap_or(&given).into();
                bounds::pair(&mut self.context.params, "params", name, value)?;
            }
        }
        Ok(())
    }

    /// POST: every name is one of ours, for a misspelt one would be lost without a word.
    fn read_body(&mut self, inbound: &Inbound<'_>) -> Result<(), Problem> {
        if !body::is(inbound.headers, "application/json") {
            return Err(body::not_json());
        }
        if let Some(pair) = query::pairs(inbound.query).next() {
            let (name, _) = pair?;
            return Err(wrong(
                &bounds::member("query", &name),
                "a POST request says everything in its body",
            ));
        }
        self.read_object("body", Json::read(inbound.body)?)
    }

    fn read_object(&mut self, what: &str, value: Json) -> Result<(), Problem> {
        for (name, value) in object(what, value)? {
            match (name.as_str(), value) {
                ("contact_linked", value) => {
                    self.once("contact_linked", &name)?;
                    self.context.contact_linked = match value {
                        Json::Bool(linked) => linked,
                        Json::Null => false,
                        other => return Err(unlike("contact_linked", &other, "true or false")),
                    };
                }
                ("visitor", value) => self.read_group("visitor", value)?,
                ("agent", value) => self.read_group("agent", value)?,
                ("attributes", value) => {
                    self.once("attributes", &name)?;
                    self.context.attributes = pairs("attributes", value)?;
                }
                ("params", value) => {
                    self.once("params", &name)?;
                    self.context.params = pairs("params", value)?;
                }
                ("plugins", value) => self.read_plugins(value)?,
                (_, value) if !name.contains('.') => self.read_text("", &name, value)?,
                _ => return Err(unknown(&bounds::member("", &name))),
            }
        }
        Ok(())
    }

    /// `visitor` and `agent`: objects of texts.
    fn read_group(&mut self, group: &'static str, value: Json) -> Result<(), Problem> {
        self.once(group, group)?;
        if value == Json::Null {
            return Ok(());
        }
        for (name, value) in object(group, value)? {
            self.read_text(group, &name, value)?;
        }
        Ok(())
    }

    fn read_text(&mut self, group: &str, name: &str, value: Json) -> Result<(), Problem> {
        let path = bounds::member(group, name);
        let name = known(&path).ok_or_else(|| unknown(&path))?;
        self.once(name, &path)?;
        match value {
            Json::Text(text) => self.put(name, &path, text),
            Json::Null => Ok(()),
            other => Err(unlike(&path, &other, "a text")),
        }
    }

    fn read_plugins(&mut self, value: Json) -> Result<(), Problem> {
        self.once("plugins", "plugins")?;
        let items = match value {
            Json::List(items) => items,
            Json::Null => return Ok(()),
            other => return Err(unlike("plugins", &other, "a list of texts")),
        };
        for (at, item) in items.into_iter().enumerate() {
            let path = format!("plugins[{at}]");
            match item {
                Json::Text(id) => self.ask(&path, &id)?,
                other => return Err(unlike(&path, &other, "a text")),
            }
        }
        Ok(())
    }

    /// Adds a plugin to those that are asked; once is enough.
    fn ask(&mut self, field: &str, id: &str) -> Result<(), Problem> {
        let id = PluginId::parse(id).ok_or_else(|| {
            Problem::new(
                Code::RequestUnknownPlugin,
                "A plugin's name is made of a-z, 0-9 and `-`; none is served under this one.",
            )
            .field(field)
        })?;
        if !self.plugins.contains(&id) {
            let count = self.plugins.len().saturating_add(1);
            bounds::within(field, "plugins", count, bounds::MAX_PAIRS)?;
            self.plugins.push(id);
        }
        Ok(())
    }

    /// Refuses a field that is given twice: nobody could tell which one was judged.
    fn once(&mut self, name: &'static str, given: &str) -> Result<(), Problem> {
        if self.seen.contains(&name) {
            return Err(wrong(given, &format!("`{name}` is given twice")));
        }
        self.seen.push(name);
        Ok(())
    }

    fn put(&mut self, name: &'static str, field: &str, value: String) -> Result<(), Problem> {
        let value = bounds::text(field, value)?;
        let context = &mut self.context;
        match name {
            "view" => context.view = value.unwrap_or_default(),
            "account" => same_account(&context.account, value)?,
            "email" => context.email = value,
            "phone" => context.phone = value,
            "external_id" => context.external_id = value,
            "contact_name" => context.contact_name = value,
            "ticket_id" => context.ticket_id = value,
            "contact_id" => context.contact_id = value,
            "conversation_id" => context.conversation_id = value,
            "call_id" => context.call_id = value,
            "locale" => context.locale = value,
            "time_zone" => context.time_zone = value,
            "visitor.ip" => context.visitor.ip = address(field, value)?,
            "visitor.page_url" => context.visitor.page_url = value,
            _ if value.is_none() => {}
            "agent.id" => agent(context).id = value,
            "agent.name" => agent(context).name = value,
            "agent.email" => agent(context).email = value,
            _ => return Err(unknown(field)),
        }
        Ok(())
    }

    fn finish(mut self, caller: &Caller) -> Result<Question, Problem> {
        caller.sign(&mut self.context);
        let view = &self.context.view;
        if view.is_empty() {
            return Err(wrong("view", "it must be there: what the agent has open"));
        }
        let spelt = view
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if !spelt || view.len() > MAX_VIEW {
            return Err(Problem::new(
                Code::RequestUnknownView,
                "A view's name is 1 to 32 of a-z, 0-9, `_` and `-`, such as `ticket`.",
            )
            .field("view"));
        }
        Ok(Question {
            context: self.context,
            plugins: self.plugins,
            anew: false,
        })
    }
}

/// The longest name of a view, in bytes.
const MAX_VIEW: usize = 32;

fn known(name: &str) -> Option<&'static str> {
    NAMES.iter().copied().find(|known| *known == name)
}

fn agent(context: &mut Context) -> &mut Agent {
    context.agent.get_or_insert_default()
}

/// A request may repeat the account that its credential decided, nothing else.
fn same_account(decided: &AccountId, named: Option<String>) -> Result<(), Problem> {
    match named {
        Some(named) if named != decided.as_str() => Err(Problem::new(
            Code::AuthAccountMismatch,
            "The request names another account than its credential.",
        )
        .field("account")),
        _ => Ok(()),
    }
}

fn address(field: &str, value: Option<String>) -> Result<Option<String>, Problem> {
    match &value {
        Some(text) if text.parse::<IpAddr>().is_err() => {
            Err(wrong(field, "it must be an IPv4 or IPv6 address"))
        }
        _ => Ok(value),
    }
}

/// The members of an object whose names the caller chooses. A null is left out.
fn pairs(group: &str, value: Json) -> Result<Pairs, Problem> {
    let mut pairs = Pairs::new();
    if value == Json::Null {
        return Ok(pairs);
    }
    for (name, value) in object(group, value)? {
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(wrong(&bounds::member(group, &name), "it is given twice"));
        }
        if value != Json::Null {
            bounds::pair(&mut pairs, group, name, value.into_text())?;
        }
    }
    Ok(pairs)
}

fn object(field: &str, value: Json) -> Result<Vec<(String, Json)>, Problem> {
    value.into_object().map_err(|kind| {
        let what = format!("`{field}` is {kind}; it must be an object.");
        Problem::new(Code::RequestInvalidField, what).field(field)
    })
}

fn unlike(field: &str, value: &Json, wanted: &str) -> Problem {
    Problem::new(
        Code::RequestInvalidField,
        format!("`{field}` is {}; it must be {wanted}.", value.kind()),
    )
    .field(field)
}

fn unknown(field: &str) -> Problem {
    wrong(field, "there is no such field")
        .hint("values of your own go into `params`, such as {\"params\": {\"source\": \"crm\"}}")
}
