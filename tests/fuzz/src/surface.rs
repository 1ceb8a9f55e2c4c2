//! A request at a desk's door: read or refused with a code of requests and credentials.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use sidepane::model::event::Event;
use sidepane::model::id::{AccountId, RequestId};
use sidepane::model::problem::Problem;
use sidepane::model::time::Millis;
use sidepane::surface::keys::{AccountKeys, Keys, Seal, Seals};
use sidepane::surface::{self, Inbound, Reply, Route, Submitted};

/// Takes the first byte as the door, the first line's rest as the query, the second line as the
/// content type, the third as the `authorization`, and what follows as the body.
///
/// # Panics
/// When a refusal has a code of something else, or an answer cannot be sent.
pub fn surface(input: &[u8]) {
    let Some((door, rest)) = input.split_first() else {
        return;
    };
    let mut parts = rest.splitn(4, |byte| *byte == b'\n');
    let query = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let mut headers = HeaderMap::new();
    for name in ["content-type", "authorization"] {
        if let Ok(value) = HeaderValue::from_bytes(parts.next().unwrap_or_default())
            && !value.is_empty()
        {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let body = parts.next().unwrap_or_default();
    let keys = Keys {
        accounts: vec![AccountKeys::default()],
        seals: Some(Seals {
            sessions: Seal::new(&[1; 32]),
            presses: Seal::new(&[2; 32]),
        }),
        ..Keys::default()
    };
    let inbound = |route: &Route, method, plugin| Inbound {
        method,
        path: route.path,
        query: &query,
        headers: &headers,
        body: if *method == Method::GET { b"" } else { body },
        plugin,
        public_url: Some("https://panes.example.com/"),
    };
    let id = RequestId::new("R1");
    let at = DOORS.get(usize::from(*door) % DOORS.len()).expect("a door");
    let is = |routes: &[Route]| routes.first().is_some_and(|route| route.path == *at);
    if let Some(at) = surface::all().iter().find(|door| is(door.routes())) {
        each(at.routes(), |route, method| {
            let plugin = route.path.contains("{plugin}").then_some(query.as_str());
            let inbound = inbound(route, method, plugin);
            let read = at
                .verify(&inbound, &keys, NOW)
                .and_then(|caller| at.parse(&inbound, &caller, id.clone()));
            match read {
                Ok(question) => assert_eq!(question.context.account, AccountId::default()),
                Err(problem) => refused(&problem, |status| at.refuse(&problem, status, &id)),
            }
        });
    } else if let Some(at) = surface::events().iter().find(|door| is(door.routes())) {
        each(at.routes(), |route, method| {
            let inbound = inbound(route, method, None);
            let read = at
                .verify(&inbound, &keys, NOW)
                .and_then(|account| at.parse(&inbound, account, NOW));
            match read {
                Ok(event) => kept(&event),
                Err(problem) => refused(&problem, |status| at.refuse(&problem, status, &id)),
            }
        });
    } else if let Some(at) = surface::actions().iter().find(|door| is(door.routes())) {
        each(at.routes(), |route, method| {
            let inbound = inbound(route, method, None);
            let read = at
                .verify(&inbound, &keys, NOW)
                .and_then(|caller| at.submitted(&inbound, &caller, &keys, id.clone(), NOW));
            match read {
                Ok(Submitted::Press(press)) => panic!("a press that nobody signed: {press:?}"),
                Ok(Submitted::Ask(question, _)) => {
                    assert_eq!(question.context.account, AccountId::default());
                }
                Ok(Submitted::Answered(reply)) => assert!(!reply.headers.is_empty()),
                Err(problem) => refused(&problem, |status| at.refuse(&problem, status, &id)),
            }
        });
    } else if let Some(at) = surface::pages().iter().find(|door| is(door.routes())) {
        each(at.routes(), |route, method| {
            let inbound = inbound(route, method, None);
            match at.page(&inbound, &keys, NOW) {
                Ok(page) => assert!(!page.headers.is_empty()),
                Err(problem) => refused(&problem, |status| at.refuse(&problem, status, &id)),
            }
        });
    } else {
        panic!("{at} is no door; mend DOORS");
    }
}

/// The doors by their first address, in the order in which seeds name them: a new one goes to the end.
pub const DOORS: &[&str] = &[
    "/v1/context",
    "/imbox",
    "/snapengage",
    "/v1/events",
    "/freshchat/events",
    "/freshchat/webhook",
    "/chatwoot/events",
    "/v1/actions",
    "/pane",
    "/v1/session",
    "/openapi.json",
    "/intercom/initialize",
    "/intercom/submit",
    "/front",
    "/chatwoot",
    "/freshchat",
];

/// What every recording takes for now.
const NOW: Millis = Millis(1_764_000_000_000);

fn each(routes: &'static [Route], call: impl Fn(&'static Route, &'static Method)) {
    for route in routes {
        for method in route.methods {
            call(route, method);
        }
    }
}

/// What is written down of an event is an event, of the door's account.
fn kept(event: &Event) {
    assert_eq!(event.account, AccountId::default());
    assert!(!event.id.is_empty() && !event.event_type.is_empty() && !event.source.is_empty());
    assert!(event.ordering_key().len() <= 4_096, "a key without a bound");
    let raw: serde_json::Result<serde::de::IgnoredAny> = serde_json::from_str(&event.raw);
    assert!(raw.is_ok(), "the raw form is no JSON: {:?}", event.raw);
}

fn refused(problem: &Problem, reply: impl Fn(StatusCode) -> Reply) {
    let code = problem.code.as_str();
    assert!(
        ["request.", "auth.", "event."]
            .iter()
            .any(|family| code.starts_with(family)),
        "{problem}"
    );
    assert!(!problem.message.is_empty(), "{code} says nothing");
    let reply = reply(StatusCode::BAD_REQUEST);
    assert!(!reply.headers.is_empty() || reply.body.is_empty());
}
