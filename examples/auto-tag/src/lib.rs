//! Tags conversations by what contacts write: events, settings, a call back to the desk.

pub mod rules;

use rules::Rules;
use sidepane_sdk::event::{Handled, MessageCreated};
use sidepane_sdk::{
    EventError, EventPlugin, Field, Handlers, Manifest, Plugin, http, info, manifest::Host,
    settings, url,
};

/// The plugin; public for its tests alone.
#[derive(Debug)]
pub struct AutoTag;

#[derive(serde::Deserialize)]
struct Settings {
    desk_url: String,
    rules: String,
}

#[derive(serde::Serialize)]
struct Tags<'a> {
    tags: Vec<&'a str>,
}

impl Plugin for AutoTag {
    fn manifest() -> Manifest {
        let host = |url, reason| Host::new(url, reason).methods(["POST"]).secret("api_key");
        Manifest::new("Auto-tag", env!("CARGO_PKG_VERSION"))
            .host(host(
                "http://127.0.0.1:7119/v1/conversations/",
                "tags conversations at the demo's desk",
            ))
            .host(host(
                "https://*/v1/conversations/",
                "tags conversations at your desk, at the address you set",
            ))
            .secret("api_key", "the desk's API key, with the right to tag")
            .setting(
                Field::url("desk_url", "Address of the desk")
                    .help("Without the path: the plugin adds /v1/ and what follows.")
                    .default("http://127.0.0.1:7119")
                    .required(),
            )
            .setting(
                Field::paragraph("rules", "Which words mean which tag")
                    .help("A tag a line: the tag, a colon, words with commas between them.")
                    .default("refund: refund, money back\ndelivery: parcel, not arrived")
                    .required(),
            )
    }
}

impl EventPlugin for AutoTag {
    fn handlers() -> Handlers {
        Handlers::new().message_created(on_message)
    }
}

/// Tags the conversation that the message stands in. What bots, agents and the desk itself write is
/// passed over, so the plugin never answers itself. The desk keeps a tag once however often it is
/// set, so an event that comes twice does no harm.
fn on_message(message: MessageCreated) -> Handled {
    let Some(conversation) = message.event.conversation.as_ref() else {
        return Ok(());
    };
    if !message.is_from_contact() {
        return Ok(());
    }
    let settings: Settings = settings::load()?;
    let rules = Rules::read(&settings.rules).map_err(EventError::failed)?;
    let tags = rules.tags(&message.message.text);
    if tags.is_empty() {
        return Ok(());
    }
    let tagged = tags.join(", ");
    let (desk, id) = (settings.desk_url.trim_end_matches('/'), &conversation.id);
    let answer = http::post(format!("{desk}/v1/conversations/{}/tags", url::encode(id)))
        .bearer("api_key")
        .json(&Tags { tags })
        .send()?;
    if answer.found()?.is_none() {
        return Err(EventError::give_up(format!(
            "the desk has no conversation {id}"
        )));
    }
    info!(conversation = id; "tagged {tagged}");
    Ok(())
}

sidepane_sdk::export!(AutoTag: event);
