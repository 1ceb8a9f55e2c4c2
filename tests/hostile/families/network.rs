//! N1, N2, N5, N8, N10 and N11: what must not leave, what leaves too often, and what must not be
//! kept.

use crate::asking::Asking;
use crate::case::{Answer, Built, Case};
use crate::corpus::{self, Tally};
use crate::ground::Ground;
use anyhow::ensure;
use e2e::trick::{self, Trick};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = refused();
    cases.extend(many());
    cases.extend(redirects());
    cases.extend(smuggling());
    cases.push(cut_off());
    cases.push(shared_connection());
    cases
}

/// A grant of the address for `GET`, without secrets.
pub(super) const GET_ONLY: &str = "url = \"http://{address}/v1\"\nprivate_network = true\n";

fn refused() -> Vec<Case> {
    let addresses = [
        ("another host", "http://127.0.0.2:{port}/v1/x", "host"),
        (
            "another spelling of the same address",
            "http://[::ffff:127.0.0.1]:{port}/v1/x",
            "host",
        ),
        ("another scheme", "https://{address}/v1/x", "scheme"),
        ("a scheme for files", "file:///v1/x", "scheme"),
        ("another port", "http://127.0.0.1:1/v1/x", "port"),
        ("another path", "http://{address}/v2/x", "path"),
        ("a path that climbs", "http://{address}/v1/%2e%2e/x", "path"),
        ("a user in the address", "http://a:b@{address}/v1/x", "url"),
        (
            "a second line in the address",
            "http://{address}/v1/x\r\nhost: evil.example",
            "url",
        ),
    ];
    let asking = |what, rule| Asking::refused("N1", what, rule).rule(GET_ONLY);
    let mut cases: Vec<Case> = addresses
        .into_iter()
        .map(|(what, url, rule)| asking(what, rule).url(url).gets("http.denied"))
        .collect();
    cases.extend([
        asking("another method", "method")
            .with("&method=POST")
            .gets("http.denied"),
        asking("a private network that is not granted", "address")
            .rule("url = \"http://{address}/v1\"\n")
            .gets("http.denied"),
        own_listener(),
        corpus_of("every URL of the corpus, sent by the client itself", || {
            Box::pin(corpus::urls())
        }),
        corpus_of(
            "every address of the corpus, behind a name and written out",
            || Box::pin(corpus::addresses()),
        ),
    ]);
    cases
}

/// The host's own admin listener, granted by a careless operator.
fn own_listener() -> Case {
    let what = "the host's own admin listener, though it is granted";
    Case::new(
        "N1",
        what,
        Built::Rust,
        "http.denied",
        move |ground| async move {
            let url = format!("http://{}/plugins", ground.host.admin);
            let grant = format!("[[http.allow]]\nurl = \"{url}\"\nprivate_network = true\n");
            let guest = || crate::case::read("asks_anything");
            let plugin = ground.plugin(what, guest, &grant).await?;
            let query = format!("&url={}", e2e::client::encoded(&url));
            ground.ask(&plugin, &query).await
        },
    )
}

/// The client itself with thousands of inputs; its summary is printed.
fn corpus_of(what: &'static str, run: fn() -> BoxFuture<'static, anyhow::Result<Tally>>) -> Case {
    Case::new(
        "N1",
        what,
        Built::Bytes,
        "http.denied",
        move |_| async move {
            let tally = run().await?;
            println!("      {tally}");
            Ok(Answer::new("http.denied", tally.to_string()))
        },
    )
    .long()
}

fn many() -> Vec<Case> {
    vec![
        Asking::says("N2", "10,000 requests in one call", OK)
            .with("&times=10000")
            .held(|seen| {
                ensure!(seen.connections == 16, "{} connections", seen.connections);
                Ok(())
            })
            .gets("http.quota"),
        thousand(),
    ]
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

/// 63 calls at one time, of sixteen requests each.
fn thousand() -> Case {
    let server = Arc::<tokio::sync::OnceCell<Trick>>::default();
    let most = Arc::<AtomicUsize>::default();
    let what = "1,000 requests at one time, of many calls";
    let run = move |ground: Arc<Ground>| {
        let (server, most) = (Arc::clone(&server), Arc::clone(&most));
        async move {
            let server = server.get_or_init(|| counting(Arc::clone(&most))).await;
            let url = server.url("/v1/x");
            let grant = format!(
                "[[http.allow]]\nurl = \"{url}\"\nprivate_network = true\n[limits]\ndeadline_ms = 20000\n"
            );
            let guest = || crate::case::read("asks_anything");
            let plugin = ground.plugin(what, guest, &grant).await?;
            let query = format!("&times=16&url={}", e2e::client::encoded(&url));
            let before = server.connections();
            let calls = (0..63).map(|_| ground.ask(&plugin, &query));
            let answers = futures_util::future::try_join_all(calls).await?;
            let came = server.connections() - before;
            ensure!(came == 63 * 16, "{came} connections");
            let most = most.load(Ordering::SeqCst);
            ensure!((2..=8).contains(&most), "{most} at one time");
            ensure!(server.is_left().await, "a connection is still open");
            let wrong = answers.iter().find(|answer| !answer.is("ok"));
            Ok(wrong.unwrap_or(&answers[0]).clone())
        }
    };
    Case::new("N2", what, Built::Upstream, "ok", run)
        .long()
        .otherwise(
            "a plugin's requests take turns, eight at a time over all its calls, and a wait counts \
             against the call's own time: sixteen calls of sixteen requests cannot pile up further",
        )
}

/// A slow server that notes how many requests it had to answer at one time.
async fn counting(most: Arc<AtomicUsize>) -> Trick {
    let now = Arc::<AtomicUsize>::default();
    Trick::start(move |mut stream| {
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        async move {
            trick::head(&mut stream).await;
            let asked = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(asked, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            let _ = stream.write_all(OK.as_bytes()).await;
            stream
        }
    })
    .await
}

fn redirects() -> Vec<Case> {
    let rows = [
        (
            "301 to a metadata service",
            "301",
            "http://169.254.169.254/latest/",
        ),
        (
            "302 to this machine",
            "302",
            "http://localhost:7118/plugins",
        ),
        ("303 to another scheme", "303", "https://127.0.0.1/"),
        (
            "307 to another host without a scheme",
            "307",
            "//evil.example/",
        ),
        ("308 to itself", "308", "/v1/x"),
        ("300 with a choice", "300", "gopher://127.0.0.1/"),
    ];
    let rows = rows.map(|(what, status, location)| {
        let answer = format!(
            "HTTP/1.1 {status} Go\r\nlocation: {location}\r\nrefresh: 0; url={location}\r\n\
             content-length: 0\r\n\r\n"
        );
        Asking::says("N5", what, answer)
            .held(move |seen| {
                ensure!(seen.connections == 1, "{} connections", seen.connections);
                ensure!(seen.row("status") == status && seen.row("location") == location);
                Ok(())
            })
            .gets("ok")
            .otherwise(
                "a redirect is an answer: it is handed back, and asking again is judged anew",
            )
    });
    rows.into()
}

fn smuggling() -> Vec<Case> {
    let rows = [
        ("a content-length of its own", "Content-Length:0"),
        (
            "a transfer-encoding of its own",
            "Transfer-Encoding:chunked",
        ),
        (
            "the same with a vertical tab",
            "Transfer-Encoding:\u{b}chunked",
        ),
        ("the same with an underscore", "Transfer_Encoding:chunked"),
        ("another host", "Host:evil.example"),
        ("a hop that drops a secret", "Connection:close, x-api-key"),
        ("a second line in a value", "x:a\r\nhost: evil.example"),
        ("a folded value", "x:a\r\n b"),
        ("a nought in a value", "x:a\0b"),
        ("a letter that some read as a line feed", "x:\u{560a}"),
        ("a name with a space", "x y:z"),
        ("a name with a nought", "x\0:y"),
        ("a name with a line feed", "x\n:y"),
        ("no name", ":x"),
        ("a pseudo-header", "(method):DELETE"),
        (
            "a method behind the method",
            "X-HTTP-Method-Override:DELETE",
        ),
        ("a path behind the path", "X-Original-URL:/admin"),
        ("somebody else's address", "X-Forwarded-For:127.0.0.1"),
        ("a proxy's credential", "Proxy-Authorization:Basic eDp5"),
        ("a cookie", "Cookie:session=1"),
        ("an upgrade", "Upgrade:h2c"),
        ("a trailer", "Trailer:x"),
        ("an expectation", "Expect:100-continue"),
        ("compression", "Accept-Encoding:gzip"),
    ];
    let header = |what, line: &str| {
        let query = format!("&header={}", e2e::client::encoded(line));
        Asking::refused("N8", what, "header").with(query.leak())
    };
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(what, line)| header(what, line).gets("http.denied"))
        .collect();
    cases.extend([
        header("two names that are one to many servers", "x-a:1")
            .with("&header=x-a%3A1&header2=x_a%3A2")
            .gets("http.denied"),
        header("a second value beside a secret", "x-api-key:1")
            .with("&secret=x-api-key&header=x-api-key%3A1")
            .gets("http.denied"),
        header(
            "a credential of its own where one is granted",
            "authorization:Basic eDp5",
        )
        .gets("http.denied"),
        header("more headers than are sent", "x:1")
            .with("&more=101")
            .gets("http.denied"),
    ]);
    cases
}

/// A guest cannot drop a request of its own; its call can end under it.
fn cut_off() -> Case {
    Asking::of(
        "N10",
        "a call that ends while it waits for a server",
        Trick::silent,
    )
    .rule("url = \"http://{address}/v1\"\nprivate_network = true\n[limits]\ndeadline_ms = 100\n")
    .held(|seen| {
        // That it was closed again is looked at for every case.
        ensure!(seen.connections == 1, "{} connections", seen.connections);
        Ok(())
    })
    .gets("call.deadline_exceeded")
    .slow()
}

/// Two plugins, one server that wants to keep connections and sets cookies.
fn shared_connection() -> Case {
    Asking::of(
        "N11",
        "a server that keeps connections open and sets cookies",
        Trick::echoes,
    )
    .with("&times=3")
    .held(|seen| {
        ensure!(seen.connections == 3, "{} connections", seen.connections);
        let head = seen.row("body").to_lowercase();
        ensure!(
            head.contains("connection: close") && !head.contains("cookie"),
            "{head}"
        );
        Ok(())
    })
    .gets("ok")
    .otherwise(
        "nothing is kept between two requests, not even of one plugin: no connection, no TLS \
             session, no cookie",
    )
}
