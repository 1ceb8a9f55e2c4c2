//! `sidepane explain`: why is my block missing? Asked of a running host, for one customer.

use super::ask::pair;
use super::print::{self, plain, section};
use super::stop::Stop;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sidepane::config::secret::SecretSource;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;
use url::Url;

/// The largest answer that is read: a thousand plugins have cards of 256 KiB at most, usually 2.
const ANSWER_BYTES: usize = 64 << 20;
/// How long a host may take: every deadline that a grant can set is shorter than this, usually 2 s.
const PATIENCE: Duration = Duration::from_secs(660);

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane explain --email ada@example.com\n  sidepane explain --view \
                  call --phone '+46 70 000 00 00' --url http://127.0.0.1:7117\n\nThe host answers \
                  this to the machine that it runs on, and to no proxy."
)]
pub(crate) struct Explain {
    /// What the agent has open.
    #[arg(long, default_value = "ticket")]
    view: String,
    /// The contact's e-mail address.
    #[arg(long)]
    email: Option<String>,
    /// The contact's number.
    #[arg(long)]
    phone: Option<String>,
    /// The contact's id in your own systems.
    #[arg(long)]
    external_id: Option<String>,
    /// The desk's id of the ticket.
    #[arg(long)]
    ticket_id: Option<String>,
    /// The desk linked the conversation to a contact of its own.
    #[arg(long)]
    contact_linked: bool,
    /// A static value of the desk's; as often as needed.
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// The traffic listener of the running host.
    #[arg(long, default_value = "http://127.0.0.1:7117")]
    url: Url,
    /// The environment variable with the account's API token, where the host asks for one.
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,
    /// The host's list as JSON.
    #[arg(long)]
    json: bool,
}

/// Asks and prints.
///
/// # Errors
/// The host cannot be reached, refuses the question, or does not explain.
pub(crate) async fn run(explain: Explain) -> Result<(), Stop> {
    let answer = ask(&explain).await?;
    let Some(all) = answer.get("explain").and_then(Value::as_array) else {
        return Err(Stop::input(format!(
            "{} answers and does not explain: it does so to its own machine alone, and to no proxy; \
             run this there",
            explain.url
        )));
    };
    if explain.json {
        return print::json(&json!({"request_id": answer.get("request_id"), "explain": all}));
    }
    let mut told = String::new();
    for one in all {
        if !told.is_empty() {
            told.push('\n');
        }
        told += &entry(one);
    }
    if all.is_empty() {
        told = "The host's folder holds no plugin.\n".to_owned();
    }
    print::answer(&told);
    Ok(())
}

/// One plugin's paragraph.
fn entry(one: &Value) -> String {
    let text = |key: &str| one.get(key).and_then(Value::as_str).map(plain);
    let plugin = text("plugin").unwrap_or_default();
    let mut told = format!("{plugin}: {}\n", fate(&text("status").unwrap_or_default()));
    let mut line = |heading: &str, lines: Vec<String>| {
        let lines: Vec<_> = lines
            .into_iter()
            .map(|line| (line, String::new()))
            .collect();
        for row in section(heading, &lines).lines() {
            told += &format!("  {row}\n");
        }
    };
    line("generation", text("generation").into_iter().collect());
    let permission = one.get("permission").and_then(Value::as_array);
    let permission = permission.into_iter().flatten().filter_map(Value::as_str);
    line("may", permission.map(plain).collect());
    let time = |key: &str| {
        one.pointer(&format!("/time_ms/{key}"))
            .and_then(Value::as_u64)
    };
    if let (Some(used), Some(limit)) = (time("used"), time("limit")) {
        let (used, limit) = (print::count(used), print::count(limit));
        line("time", vec![format!("{used} of {limit} ms")]);
        let cache = one.get("cache").and_then(Value::as_u64);
        line(
            "cache",
            vec![match cache {
                Some(age) => format!("kept {} ms ago", print::count(age)),
                None => "none: the plugin was called".to_owned(),
            }],
        );
    }
    let error = |key: &str| {
        one.pointer(&format!("/error/{key}"))
            .and_then(Value::as_str)
    };
    if let (Some(code), Some(message)) = (error("code"), error("message")) {
        let mut lines = vec![format!("{code}: {}", plain(message))];
        let detail = one.get("detail").and_then(Value::as_str);
        lines.extend(detail.unwrap_or_default().lines().map(plain));
        line("error", lines);
    }
    let next = one.get("next").and_then(Value::as_str).unwrap_or_default();
    line("next", next.lines().map(plain).collect());
    told
}

fn fate(status: &str) -> &str {
    match status {
        "ok" => "its card is in the pane",
        "empty" => "asked, and it knows nothing of this contact",
        "error" => "asked, and it failed",
        "busy" => "asked, and all its places were taken",
        "other_view" => "not asked: it makes no card for this view",
        "no_cards" => "not asked: it makes no cards",
        "not_installed" => "not asked: it is not installed for this account",
        "not_named" => "not asked: the question named other plugins",
        "disabled" => "not served: its grant switches it off",
        "refused" => "not served: its file or its grant is refused",
        other => other,
    }
}

async fn ask(explain: &Explain) -> Result<Value, Stop> {
    let url = address(explain)?;
    let unreachable = |why: &dyn std::fmt::Display| {
        Stop::input(format!(
            "no host answers at {}: {why}; start one with `sidepane serve`, or name another with \
             --url",
            explain.url
        ))
    };
    let (status, body) = match tokio::time::timeout(PATIENCE, get(&url, token(explain)?)).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(error)) => return Err(unreachable(&error)),
        Err(_) => return Err(unreachable(&"it took too long")),
    };
    let answer: Value = serde_json::from_slice(&body)
        .map_err(|_| unreachable(&format!("what answers there ({status}) is no Sidepane")))?;
    match answer.get("error") {
        Some(error) => {
            let text = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
            Err(Stop::input(format!(
                "{}: {}",
                plain(text("code")),
                plain(text("message"))
            )))
        }
        None => Ok(answer),
    }
}

/// The question's address.
fn address(explain: &Explain) -> Result<Url, Stop> {
    if explain.url.scheme() != "http" {
        return Err(Stop::input(format!(
            "{} is not reached over plain http; a host explains itself on its own machine: \
             --url http://127.0.0.1:7117",
            explain.url
        )));
    }
    let mut url = explain
        .url
        .join("/v1/context")
        .map_err(|error| Stop::of(&format!("{} is no address of a host", explain.url), &error))?;
    let texts = [
        ("email", &explain.email),
        ("phone", &explain.phone),
        ("external_id", &explain.external_id),
        ("ticket_id", &explain.ticket_id),
    ];
    let mut query = url.query_pairs_mut();
    query.append_pair("explain", "1");
    query.append_pair("view", &explain.view);
    for (name, value) in texts {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    if explain.contact_linked {
        query.append_pair("contact_linked", "true");
    }
    for (name, value) in &explain.params {
        query.append_pair(&format!("params.{name}"), value);
    }
    drop(query);
    Ok(url)
}

/// The header's value, from the environment: a token on the command line is seen by everybody.
fn token(explain: &Explain) -> Result<Option<String>, Stop> {
    let Some(name) = &explain.token_env else {
        return Ok(None);
    };
    let token = SecretSource::Env(name.clone())
        .value(Path::new(""))
        .map_err(Stop::input)?;
    Ok(Some(format!("Bearer {}", token.as_str())))
}

async fn get(url: &Url, token: Option<String>) -> Result<(http::StatusCode, Bytes), Failure> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(80);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let query = url.query().unwrap_or_default();
    let mut request = http::Request::get(format!("{}?{query}", url.path()))
        .header(http::header::HOST, format!("{host}:{port}"));
    if let Some(token) = token {
        request = request.header(http::header::AUTHORIZATION, token);
    }
    let request = request.body(Empty::<Bytes>::new())?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES).collect();
        Ok::<_, Failure>((status, body.await?.to_bytes()))
    };
    tokio::pin!(exchange, connection);
    tokio::select! {
        answered = &mut exchange => answered,
        ended = &mut connection => {
            ended?;
            exchange.await
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;
