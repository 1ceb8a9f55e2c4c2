//! `/v1` as `/openapi.json` has it.

use super::super::answer::Accepted;
use super::super::describe::{Operation, Schemas};
use super::acted::ActedView;
use super::forms::{CloudEventForm, ContextForm, EventForm, PluginForm, PressForm, SessionForm};
use super::names::{ALIASES, NAMES};
use super::render::PaneView;
use super::sessions::Given;
use http::Method;
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// What most doors refuse with.
const REFUSED: &[u16] = &[400, 401, 403, 404, 405, 408, 413, 415];

/// `/v1/context`.
pub(super) fn context(method: &Method, schemas: &mut Schemas) -> Operation {
    let pane = schemas.answered::<PaneView<'_>>();
    asked(
        Operation::new("Asks every plugin about a contact"),
        method,
        schemas,
    )
    .reply(200, "What each plugin answered.", JSON, pane)
    .refuses(REFUSED)
}

/// `/v1/context/stream`.
pub(super) fn stream(method: &Method, schemas: &mut Schemas) -> Operation {
    let what = "The events `start`, one `card` for each plugin as it comes, and `end`.";
    asked(
        Operation::new("Asks, and answers card by card"),
        method,
        schemas,
    )
    .reply(200, what, "text/event-stream", json!({"type": "string"}))
    .refuses(REFUSED)
}

fn asked(operation: Operation, method: &Method, schemas: &mut Schemas) -> Operation {
    let operation = operation.credential("token");
    if *method == Method::POST {
        return operation.body(JSON, schemas.taken::<ContextForm>());
    }
    let aliases = ALIASES.iter().map(|(alias, _)| *alias);
    let named = NAMES
        .iter()
        .copied()
        .filter(|name| *name != "view")
        .chain(aliases);
    let text = || json!({"type": "string", "maxLength": 4096});
    let view = json!({"type": "string", "pattern": "^[a-z0-9_-]{1,32}$"});
    let plugin = schemas.taken::<PluginForm>();
    named
        .fold(operation, |it, name| it.query(name, text(), ""))
        .must_query("view", view, "What is open before the agent.")
        .query(
            "contact_linked",
            json!({"enum": ["true", "false"]}),
            "Whether the desk linked the contact.",
        )
        .query(
            "plugin",
            json!({"type": "array", "items": plugin, "maxItems": 64}),
            "Asks this one alone; as often as needed.",
        )
        .query(
            "explain",
            json!({"enum": ["1", "0"]}),
            "Says of each plugin why its card is there or not, to operators.",
        )
        .query_of_ones_own(
            "params",
            "Any other name becomes a param, and `attributes.<name>` an attribute.",
        )
}

/// `/v1/actions`.
pub(super) fn actions(schemas: &mut Schemas) -> Operation {
    Operation::new("Presses a button of a card")
        .credential("token")
        .body(JSON, schemas.taken::<PressForm>())
        .reply(
            200,
            "What came of it.",
            JSON,
            schemas.answered::<ActedView<'_>>(),
        )
        .refuses(REFUSED)
        .refuses(&[409, 503])
}

/// `/v1/session`.
pub(super) fn session(schemas: &mut Schemas) -> Operation {
    Operation::new("Gives a program a session for a page, and an open page a longer one")
        .credential("token")
        .body(JSON, schemas.taken::<SessionForm>())
        .body_is_optional()
        .reply(200, "A session.", JSON, schemas.answered::<Given>())
        .refuses(REFUSED)
}

/// `/v1/events`.
pub(super) fn events(schemas: &mut Schemas) -> Operation {
    let (event, cloud) = (
        schemas.taken::<EventForm>(),
        schemas.taken::<CloudEventForm>(),
    );
    accepts(Operation::new("Tells what happened"), schemas)
        .credential("token")
        .credential("webhook")
        .body(JSON, event)
        .body("application/cloudevents+json", cloud)
}

/// What every door for events answers.
pub(in crate::surface) fn accepts(operation: Operation, schemas: &mut Schemas) -> Operation {
    let accepted = schemas.answered::<Accepted<'_>>();
    operation
        .reply(202, "It is on the disk.", JSON, accepted.clone())
        .reply(200, "It was known.", JSON, accepted)
        .refuses(REFUSED)
        .refuses(&[429, 503, 507])
}

/// What a desk sends that has a form of its own.
pub(in crate::surface) fn of_a_desk() -> Value {
    json!({"type": "object"})
}
