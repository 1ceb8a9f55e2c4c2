//! Counts a contact's conversations as they begin, and shows the count: events, values, a card.

use serde::{Deserialize, Serialize};
use sidepane_sdk::event::{Contact, ConversationCreated, Handled};
use sidepane_sdk::{
    Block, Card, CardPlugin, Context, Error, EventPlugin, Field, Handlers, Manifest, Plugin, Row,
    StoreError, settings, store,
};

/// The plugin; public for its tests alone.
#[derive(Debug)]
pub struct VisitCounter;

/// What is kept for one mark of a contact.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Visits {
    count: u64,
    first: String,
    last: String,
}

#[derive(Deserialize)]
struct Settings {
    keep_days: u32,
}

impl Plugin for VisitCounter {
    fn manifest() -> Manifest {
        Manifest::new("Visits", env!("CARGO_PKG_VERSION")).setting(
            Field::number("keep_days", "Days to remember a contact's visits")
                .help("Counted from the last one.")
                .default("365"),
        )
    }
}

impl EventPlugin for VisitCounter {
    fn handlers() -> Handlers {
        Handlers::new().conversation_created(on_conversation)
    }
}

/// Counts under every mark that the desk has of the contact, so that the card finds the count by
/// whichever it knows.
///
/// Reading, adding and writing needs no lock: if another call changed a value in between, nothing
/// of this one is kept and the host runs it again.
fn on_conversation(created: ConversationCreated) -> Handled {
    let Some(contact) = &created.event.contact else {
        return Ok(());
    };
    let settings: Settings = settings::load()?;
    let keep_s = settings.keep_days.saturating_mul(24 * 60 * 60);
    for key in marks(contact) {
        let mut visits: Visits = store::get_json(&key)?.unwrap_or_default();
        visits.count += 1;
        visits.last.clone_from(&created.event.time);
        if visits.first.is_empty() {
            visits.first.clone_from(&created.event.time);
        }
        store::set_json(&key, &visits, Some(keep_s))?;
    }
    Ok(())
}

impl CardPlugin for VisitCounter {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let Some(visits) = visits_of(&context)? else {
            return Ok(None);
        };
        let day = |time: &str| time.get(..10).unwrap_or(time).to_owned();
        let rows = [
            Row::new("Conversations", visits.count.to_string()),
            Row::new("First", day(&visits.first)),
            Row::new("Latest", day(&visits.last)),
        ];
        Ok(Some(
            Card::new().block(Block::new("Visits").icon("history").list(rows)),
        ))
    }
}

/// What is kept for the first mark of the contact that anything is kept for.
fn visits_of(context: &Context) -> Result<Option<Visits>, StoreError> {
    let contact = Contact {
        id: context.contact_id.clone(),
        external_id: context.external_id.clone(),
        name: None,
        email: context.email.clone(),
        phone: context.phone.clone(),
        attributes: Vec::new(),
    };
    for key in marks(&contact) {
        if let Some(visits) = store::get_json(&key)? {
            return Ok(Some(visits));
        }
    }
    Ok(None)
}

/// The keys of a contact, one for each mark that the desk has of them.
fn marks(contact: &Contact) -> impl Iterator<Item = String> {
    let email = contact.email.as_ref().map(|email| email.to_lowercase());
    let marks = [
        ("email", email),
        ("external", contact.external_id.clone()),
        ("contact", contact.id.clone()),
        ("phone", contact.phone.clone()),
    ];
    marks
        .into_iter()
        .filter_map(|(kind, mark)| Some(format!("visits/{kind}/{}", mark?)))
        // No key is longer. Whoever has a mark like that is known by another.
        .filter(|key| key.len() <= 256)
}

sidepane_sdk::export!(VisitCounter: card, event);
