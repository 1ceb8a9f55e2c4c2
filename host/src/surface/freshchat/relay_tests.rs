//! The app in `examples/freshchat-relay` sends what the door takes: its own request template, filled
//! in as the platform does, with each event that its manifest asks for.

use super::Events;
use crate::model::event::Event;
use crate::model::problem::Problem;
use crate::model::time::Millis;
use crate::surface::keys::{AccountKeys, Key, Keys};
use crate::surface::{EventSurface, Inbound, Surface};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use std::path::Path;

const TOKEN: &str = "a-token-of-the-relay";

fn app(path: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/freshchat-relay");
    std::fs::read_to_string(Path::new(folder).join(path))
        .unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&app(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The events of the manifest, with the function that each comes to.
fn events() -> Vec<(String, String)> {
    let manifest = json("manifest.json");
    let modules = manifest["modules"].as_object().expect("modules").values();
    let events = modules.filter_map(|module| module["events"].as_object());
    events
        .flatten()
        .map(|(name, event)| (name.clone(), event["handler"].as_str().unwrap().to_owned()))
        .collect()
}

/// The request of the template, sent with `body`.
fn send(body: &[u8]) -> Result<Event, Problem> {
    let template = json("config/requests.json");
    let schema = &template["forward"]["schema"];
    let text = |name: &str| schema[name].as_str().expect("a text").to_owned();
    let method: Method = text("method").parse().expect("a method");
    let route = Events.routes()[0];
    assert_eq!(text("path"), route.path);
    assert!(route.methods.contains(&method));
    let mut headers = HeaderMap::new();
    for (name, value) in schema["headers"].as_object().expect("headers") {
        let value = value
            .as_str()
            .expect("a text")
            .replace("<%= iparam.token %>", TOKEN);
        assert!(!value.contains("<%"), "{value}");
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            HeaderValue::from_str(&value).expect("a value"),
        );
    }
    let keys = Keys {
        accounts: vec![AccountKeys {
            freshchat_tokens: vec![Key::new(TOKEN)],
            ..AccountKeys::default()
        }],
        public: true,
        seals: None,
    };
    let inbound = Inbound {
        method: &method,
        path: "",
        query: "",
        headers: &headers,
        body,
        plugin: None,
        public_url: None,
    };
    let account = Events.verify(&inbound, &keys, Millis(0))?;
    Events.parse(&inbound, account, Millis(0))
}

#[test]
fn all_five_events_come_to_one_function_and_arrive() {
    let server = app("server/server.js");
    let names: Vec<String> = events()
        .into_iter()
        .map(|(name, handler)| {
            assert_eq!(handler, "forward", "{name}");
            name
        })
        .collect();
    let want = [
        "onConversationCreate",
        "onConversationUpdate",
        "onMessageCreate",
        "onUserCreate",
        "onUserUpdate",
    ];
    assert_eq!(names, want);
    assert!(server.contains("forward: async function"));
    assert!(server.contains("invokeTemplate(\"forward\""));
    for name in names {
        let body = app(&format!("server/test_data/{name}.json"));
        let event = send(body.as_bytes()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        assert_eq!(event.vendor_type.as_deref(), Some(&*name));
        assert_ne!(event.event_type, "vendor.event");
    }
}

#[test]
fn every_setting_that_a_request_uses_is_asked_for_and_the_token_is_secure() {
    let settings = json("config/iparams.json");
    let template = app("config/requests.json");
    let used = template.split("<%= iparam.").skip(1);
    let used: Vec<&str> = used.map(|rest| rest.split(' ').next().unwrap()).collect();
    assert_eq!(used, ["host", "token"]);
    for name in used {
        assert_eq!(settings[name]["required"], true, "{name}");
    }
    assert_eq!(settings["token"]["secure"], true);
    assert!(json("manifest.json")["modules"]["common"]["requests"]["forward"].is_object());
}
