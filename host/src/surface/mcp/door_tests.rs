//! Who may ask at `/mcp`.

use super::*;
use crate::model::id::AccountId;
use crate::surface::keys::{AccountKeys, Key, Seal, Seals};
use http::{HeaderName, HeaderValue};

fn keys(tokens: bool) -> Keys {
    let account = |id: &str| AccountKeys {
        account: AccountId::parse(id).expect("an account"),
        api_tokens: tokens
            .then(|| Key::new(format!("api-{id}")))
            .into_iter()
            .collect(),
        mcp_tokens: tokens
            .then(|| Key::new(format!("mcp-{id}")))
            .into_iter()
            .collect(),
        pane_origins: vec![format!("https://{id}.example")],
        ..AccountKeys::default()
    };
    let names: &[&str] = if tokens { &["eu", "us"] } else { &["eu"] };
    Keys {
        accounts: names.iter().map(|id| account(id)).collect(),
        seals: Some(Seals {
            sessions: Seal::new(&[1; 32]),
            presses: Seal::new(&[2; 32]),
        }),
        ..Keys::default()
    }
}

fn verdict(keys: &Keys, sent: &[(&'static str, &str)]) -> Result<String, Code> {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).expect("a value"),
        );
    }
    let inbound = Inbound {
        method: &Method::POST,
        path: DOOR,
        query: "",
        headers: &headers,
        body: b"",
        plugin: None,
        public_url: None,
    };
    let caller = Mcp.verify(&inbound, keys, Millis(0));
    caller
        .map(|caller| caller.account.to_string())
        .map_err(|problem| problem.code)
}

#[test]
fn a_token_decides_the_account() {
    let keys = keys(true);
    for (token, want) in [
        ("Bearer api-eu", Ok("eu")),
        ("Bearer mcp-us", Ok("us")),
        ("Bearer mcp-de", Err(Code::AuthDenied)),
        ("Basic mcp-us", Err(Code::AuthDenied)),
        ("Bearer sps_x.y", Err(Code::AuthDenied)),
    ] {
        // With a token it does not matter by which name the host is asked.
        let sent = [("authorization", token), ("host", "panes.example.com")];
        assert_eq!(verdict(&keys, &sent), want.map(String::from), "{token}");
    }
    assert_eq!(
        verdict(&keys, &[("host", "localhost")]),
        Err(Code::AuthRequired)
    );
}

#[test]
fn an_open_door_answers_to_this_machines_names_alone() {
    let keys = keys(false);
    for host in [
        "localhost",
        "LOCALHOST:7117",
        "127.0.0.1:7117",
        "127.9.9.9",
        "[::1]:7117",
    ] {
        assert_eq!(verdict(&keys, &[("host", host)]), Ok("eu".into()), "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example:7117",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]",
        "a b",
        "",
    ] {
        let code = verdict(&keys, &[("host", host)]);
        assert_eq!(code, Err(Code::AuthForeignOrigin), "{host}");
    }
    assert_eq!(verdict(&keys, &[]), Err(Code::AuthForeignOrigin));
    let twice = [("host", "localhost"), ("host", "evil.example")];
    assert_eq!(verdict(&keys, &twice), Err(Code::AuthForeignOrigin));
}

#[test]
fn a_page_has_to_be_one_that_an_account_names() {
    let with = keys(true);
    for (origin, want) in [
        ("https://us.example", Ok("eu".to_owned())),
        (
            "https://us.example.evil.example",
            Err(Code::AuthForeignOrigin),
        ),
        ("http://us.example", Err(Code::AuthForeignOrigin)),
        ("http://localhost:7117", Err(Code::AuthForeignOrigin)),
        ("null", Err(Code::AuthForeignOrigin)),
    ] {
        let sent = [("authorization", "Bearer api-eu"), ("origin", origin)];
        assert_eq!(verdict(&with, &sent), want, "{origin}");
        let sent = [("host", "localhost"), ("origin", origin)];
        let open = verdict(&keys(false), &sent);
        assert_eq!(
            open,
            Err(Code::AuthForeignOrigin),
            "one account, another's origin: {origin}"
        );
    }
}
