//! Whose page asks: a simulation can send what the grant allows, so no page but our own may begin one.

use crate::model::problem::{Code, Problem};
use http::HeaderMap;
use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use std::net::IpAddr;

/// Lets programs ask, and pages of this listener. A browser names the page's origin; it has to be where
/// the request went, and that an address or `localhost`: a name can be made to lead here by whoever owns
/// it.
///
/// # Errors
/// `auth.foreign_origin`.
pub fn may_ask(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    };
    let host = host.filter(|host| {
        let own = |scheme: &str| origin.as_bytes() == format!("{scheme}://{host}").as_bytes();
        is_address(host) && (own("http") || own("https"))
    });
    match host {
        Some(_) => Ok(()),
        None => Err(Problem::new(
            Code::AuthForeignOrigin,
            "Only a page of this listener may simulate, opened by the listener's address or as \
             localhost.",
        )),
    }
}

fn is_address(host: &str) -> bool {
    let authority: Option<Authority> = host.parse().ok();
    authority.is_some_and(|authority| {
        let host = authority.host().trim_matches(['[', ']']);
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_of_others_asks() {
        for (host, origin, may) in [
            ("127.0.0.1:7118", None, true),
            ("host.example", None, true),
            ("127.0.0.1:7118", Some("http://127.0.0.1:7118"), true),
            ("localhost:7118", Some("http://localhost:7118"), true),
            ("[::1]:7118", Some("https://[::1]:7118"), true),
            ("127.0.0.1:7118", Some("http://127.0.0.1:7117"), false),
            ("127.0.0.1:7118", Some("https://evil.example"), false),
            ("127.0.0.1:7118", Some("null"), false),
            ("evil.example:7118", Some("http://evil.example:7118"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().expect("a value"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().expect("a value"));
            }
            assert_eq!(may_ask(&headers).is_ok(), may, "{host} {origin:?}");
        }
    }
}
