//! Shows what other systems answer about a contact, by configuration alone: what Freshchat's Smart
//! Plugs did, with the key where no agent sees it.

mod address;
mod body;
mod header;
mod pick;
mod plug;
mod script;
mod show;
mod template;

use plug::Plug;
use serde_json::Value;
use sidepane_sdk::http::{self, HttpError, Response};
use sidepane_sdk::{
    Card, CardPlugin, Context, Error, Field, Manifest, OrTell, Plugin, manifest::Host, settings,
    warn,
};

/// The plugin; public for its tests alone.
#[derive(Debug)]
pub struct SmartPlug;

/// The secrets there can be. A manifest names them before anybody has configured anything.
const SECRETS: &[&str] = &["api_key", "api_key_2", "api_key_3", "api_key_4"];

/// What requests may do.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The setting with the plugs.
const PLUGS: &str = "plugs";

impl Plugin for SmartPlug {
    fn manifest() -> Manifest {
        let host = |url: &str, reason: &str| {
            let host = Host::new(url, reason).methods(METHODS.iter().copied());
            SECRETS
                .iter()
                .fold(host, |host, secret| host.secret(*secret))
        };
        let manifest = Manifest::new("Smart plugs", env!("CARGO_PKG_VERSION"))
            .host(host("https://*/", "asks the systems that your plugs name"))
            .host(host("http://*/", "asks systems in your own network that have no certificate"))
            .setting(
                Field::paragraph(PLUGS, "The plugs, in order")
                    .help("Requests as the scripts had them, a list or one alone; README.md says more.")
                    .required(),
            );
        SECRETS.iter().fold(manifest, |manifest, secret| {
            manifest.secret(
                *secret,
                "a key that your plugs write as {{secret.…}} into a header",
            )
        })
    }
}

impl CardPlugin for SmartPlug {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let text = settings::text(PLUGS).unwrap_or_default();
        let plugs = plug::read(&text, SECRETS)
            .map_err(|why| format!("the setting `{PLUGS}` cannot be used: {why}"))
            .or_tell("This card is not set up rightly. Tell who looks after the side pane.")?;
        card(&plugs, ask(&plugs, &context))
    }
}

sidepane_sdk::export!(SmartPlug: card);

/// What came of asking one plug: an answer, or that there is nothing to ask or to show.
type Came = Result<Option<Value>, Error>;

/// Asks all, in order. Plugs that only read are asked side by side; one that changes something waits
/// for those before it, and those behind it wait for that.
fn ask(plugs: &[Plug], context: &Context) -> Vec<Came> {
    let together = plugs.chunk_by(|one, next| one.reads() && next.reads());
    together
        .flat_map(|plugs| ask_together(plugs, context))
        .collect()
}

fn ask_together(plugs: &[Plug], context: &Context) -> Vec<Came> {
    let prepared: Vec<_> = plugs.iter().map(|plug| plug.request(context)).collect();
    let requests = prepared
        .iter()
        .filter_map(|request| request.as_ref().ok()?.clone());
    let mut answers = http::send_each(requests).into_iter();
    let came = prepared.iter().map(|request| match request {
        Ok(Some(_)) => match answers.next() {
            Some(answer) => read(answer).map_err(Error::from),
            None => Err("the host gave no answer".into()),
        },
        Ok(None) => Ok(None),
        Err(why) => Err(why.as_str().into()),
    });
    came.collect()
}

/// The JSON of an answer; none where the system knows no such contact or has nothing to say.
fn read(answer: Result<Response, HttpError>) -> Result<Option<Value>, HttpError> {
    match answer?.found()? {
        Some(answer) if answer.status() != 204 => answer.json().map(Some),
        _ => Ok(None),
    }
}

/// A block for each answer. A plug that failed says so in its place; when no other is left to show,
/// the failure is the answer.
fn card(plugs: &[Plug], came: Vec<Came>) -> Result<Option<Card>, Error> {
    let (mut card, mut failure, mut shown) = (Card::new(), None, false);
    for (plug, came) in plugs.iter().zip(came) {
        match came {
            Ok(None) => {}
            Ok(Some(answer)) => {
                let name = plug.contact_name(&answer);
                card.contact_name = card.contact_name.or(name);
                if card.contact_link.is_none()
                    && let Some(link) = plug.contact_link(&answer)
                {
                    card = card.contact_link(link, format!("Open in {}", plug.title));
                }
                if let Some(block) = plug.block(&answer) {
                    card = card.block(block);
                    shown = true;
                }
            }
            Err(error) => {
                warn!(plug = plug.title; "{error}");
                card = card.block(plug.heading().list([("", UNAVAILABLE)]));
                failure = failure.or(Some(error));
            }
        }
    }
    match failure {
        Some(error) if !shown => Err(error.tell(UNAVAILABLE)),
        _ => Ok((!card.blocks.is_empty()).then_some(card)),
    }
}

const UNAVAILABLE: &str =
    "This could not be loaded. Look it up in the system itself, or try again soon.";
