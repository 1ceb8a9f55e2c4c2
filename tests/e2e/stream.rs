//! `/v1/context/stream`: each card as soon as it is there.

use e2e::host::Setup;
use http::StatusCode;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The events of an answer: name and data.
fn events(text: &str) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    for part in text.split("\n\n").filter(|part| !part.is_empty()) {
        let (name, data) = part.split_once('\n').expect("two lines");
        let name = name.strip_prefix("event: ").expect("a name");
        let data = data.strip_prefix("data: ").expect("data");
        events.push((name.to_owned(), serde_json::from_str(data).expect("JSON")));
    }
    events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cards_come_as_they_are_there_and_say_where_they_belong() {
    let host = Setup::new()
        .guest("sleeps", "order = 1\n[limits]\ndeadline_ms = 300\n")
        .guest("echoes", "order = 2\n")
        .guest("says_nothing", "order = 3\n")
        .start()
        .await;
    let reply = host
        .get("/v1/context/stream?view=ticket&email=ada%40example.com")
        .await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert_eq!(reply.header("cache-control"), "no-store");
    let events = events(&reply.text());
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["start", "card", "card", "card", "end"]);
    let plugins = events[0].1["plugins"].as_array().expect("a list");
    let order: Vec<&Value> = plugins.iter().map(|place| &place["plugin"]).collect();
    assert_eq!(order, ["sleeps", "echoes", "says-nothing"]);
    // The slow one delays itself alone.
    let last = &events[3].1;
    assert_eq!(
        (&last["plugin"], &last["order"]),
        (&"sleeps".into(), &0.into())
    );
    assert_eq!(last["error"]["code"], "call.deadline_exceeded");
    for (_, card) in &events[1..3] {
        let place = card["order"].as_u64().expect("a place") as usize;
        assert_eq!(card["plugin"], *order[place]);
        assert_eq!(card["title"], plugins[place]["title"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_cannot_be_asked_is_refused_as_everywhere() {
    let host = Setup::new().guest("echoes", "").start().await;
    for (query, code) in [
        ("view=nowhere", "request.unknown_view"),
        ("view=ticket&plugin=none", "request.unknown_plugin"),
        ("email=ada", "request.invalid_field"),
    ] {
        let reply = host.get(&format!("/v1/context/stream?{query}")).await;
        assert!(reply.status.is_client_error(), "{query}");
        assert_eq!(reply.json()["error"]["code"], code, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_ends_the_calls() {
    let grant = "[limits]\ndeadline_ms = 60000\nconcurrency = 1\nqueue = 0\n";
    let host = Setup::new().guest("sleeps", grant).start().await;
    let mut stream = TcpStream::connect(host.traffic)
        .await
        .expect("a connection");
    let request = "GET /v1/context/stream?view=ticket HTTP/1.1\r\nhost: h\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut head = [0; 512];
    let read = stream.read(&mut head).await.expect("a start");
    assert!(String::from_utf8_lossy(&head[..read]).contains("200 OK"));
    // The only place is taken, and free again once its asker has gone.
    drop(stream);
    let free = async |host: &e2e::host::TestHost| {
        let ask = tokio::time::timeout(Duration::from_millis(200), host.pane("&plugin=sleeps"));
        // An answer in time is `busy`; a call that begins does not end in time.
        ask.await.is_err()
    };
    host.until("the place is free", async |host| free(host).await)
        .await;
}
