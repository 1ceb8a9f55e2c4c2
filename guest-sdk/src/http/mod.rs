//! Requests to other servers: what manifest and grant both allow, nothing else.
//!
//! ```no_run
//! use sidepane_sdk::{Error, http};
//!
//! #[derive(serde::Deserialize)]
//! struct Customer { name: String }
//!
//! fn customer(email: &str) -> Result<Option<Customer>, Error> {
//!     let answer = http::get("https://shop.example.com/v1/customers")
//!         .query("email", email)
//!         .bearer("api_key")
//!         .send()?
//!         .found()?;
//!     Ok(answer.map(|answer| answer.json()).transpose()?)
//! }
//! ```
//!
//! Secrets are named, not known: [`Request::bearer`], [`Request::basic_user`],
//! [`Request::basic_password`] and [`Request::secret_header`] have the host write one into a header,
//! and nowhere else can one be sent. Redirects are not followed: a 3xx is an answer.

mod error;
mod request;
mod response;

pub use error::{Cause, HttpError};
pub use request::Request;
pub use response::Response;

#[doc(inline)]
pub use crate::bindings::host::sidepane::plugin::http::{Denial, Phase};
use crate::host;

/// A `GET` of this URL.
pub fn get(url: impl Into<String>) -> Request {
    request("GET", url)
}

/// A `POST` to this URL.
pub fn post(url: impl Into<String>) -> Request {
    request("POST", url)
}

/// A `PUT` to this URL.
pub fn put(url: impl Into<String>) -> Request {
    request("PUT", url)
}

/// A `PATCH` of this URL.
pub fn patch(url: impl Into<String>) -> Request {
    request("PATCH", url)
}

/// A `DELETE` of this URL.
pub fn delete(url: impl Into<String>) -> Request {
    request("DELETE", url)
}

/// A request with any method, in capitals.
pub fn request(method: impl Into<String>, url: impl Into<String>) -> Request {
    Request::new(method.into(), url.into())
}

/// Sends requests side by side and waits for all. The answers stand in the requests' order, and each
/// fails alone.
///
/// ```no_run
/// # use sidepane_sdk::{Error, http};
/// # fn both() -> Result<(), Error> {
/// let [orders, notes] = http::send_all([
///     http::get("https://shop.example.com/v1/orders").bearer("api_key"),
///     http::get("https://shop.example.com/v1/notes").bearer("api_key"),
/// ]);
/// let orders: Vec<String> = orders?.json()?;
/// # Ok(())
/// # }
/// ```
pub fn send_all<const N: usize>(requests: [Request; N]) -> [Result<Response, HttpError>; N] {
    let mut answers = send_each(requests).into_iter();
    // There are N answers; the error is for a host that gives fewer.
    std::array::from_fn(|_| {
        answers
            .next()
            .unwrap_or_else(|| Err(HttpError::unanswered()))
    })
}

/// [`send_all`] for a number of requests that is not known beforehand.
pub fn send_each(requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, HttpError>> {
    let (mut sent, mut wires) = (Vec::new(), Vec::new());
    for request in requests {
        let (line, wire) = request.split();
        sent.push((line, wire.is_ok()));
        wires.push(wire);
    }
    // A request that could not be written never reaches the host; its place stays.
    let mut errors = Vec::new();
    let mut ready = Vec::with_capacity(wires.len());
    for wire in wires {
        match wire {
            Ok(wire) => ready.push(wire),
            Err(why) => errors.push(why),
        }
    }
    let (mut answers, mut errors) = (host::send_all(&ready).into_iter(), errors.into_iter());
    let mut all = Vec::with_capacity(sent.len());
    for (line, is_ready) in sent {
        all.push(if is_ready {
            match answers.next() {
                Some(answer) => line.answer(answer),
                None => Err(HttpError::unanswered()),
            }
        } else {
            Err(line.unwritten(errors.next().unwrap_or_default()))
        });
    }
    all
}
