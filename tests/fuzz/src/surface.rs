//! A request at a desk's door: read or refused with a code of requests and credentials.

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use sidepane::model::id::{AccountId, RequestId};
use sidepane::model::problem::Problem;
use sidepane::surface::keys::{AccountKeys, Keys};
use sidepane::surface::{self, Inbound};

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
    };
    let id = RequestId::new("R1");
    let doors = surface::all();
    let Some(at) = doors.get(usize::from(*door) % doors.len()) else {
        return;
    };
    for route in at.routes() {
        for method in route.methods {
            let inbound = Inbound {
                method,
                query: &query,
                headers: &headers,
                body: if *method == Method::GET { b"" } else { body },
                plugin: route.path.contains("{plugin}").then_some(query.as_str()),
            };
            let read = at
                .verify(&inbound, &keys)
                .and_then(|account| at.parse(&inbound, account, id.clone()));
            match read {
                Ok(question) => assert_eq!(question.context.account, AccountId::default()),
                Err(problem) => {
                    refused(&problem);
                    let reply = at.refuse(&problem, StatusCode::BAD_REQUEST, &id);
                    assert!(!reply.headers.is_empty() || reply.body.is_empty());
                }
            }
        }
    }
}

fn refused(problem: &Problem) {
    let code = problem.code.as_str();
    assert!(
        code.starts_with("request.") || code.starts_with("auth.") || code.starts_with("event."),
        "{problem}"
    );
    assert!(!problem.message.is_empty(), "{code} says nothing");
}
