//! A1: what callers do to the host's own listeners, without any plugin.

use crate::case::{Answer, Built, Case, read};
use crate::ground::Ground;
use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use e2e::client::{self, Reply};
use e2e::host::Setup;
use futures_util::future::{join_all, try_join_all};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a request may take to arrive, at a host of the case's own.
const ARRIVAL: Duration = Duration::from_millis(300);
/// How long a caller waits for what must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::from(large());
    cases.extend(slow());
    cases.extend(garbled());
    cases.extend(names());
    cases.extend([beside_reloads(), at_the_end()]);
    cases
}

fn case<F>(
    what: &'static str,
    expect: &'static str,
    run: impl Fn(Arc<Ground>) -> F + Send + Sync + 'static,
) -> Case
where
    F: Future<Output = anyhow::Result<Answer>> + Send + 'static,
{
    Case::new("A1", what, Built::Request, expect, run)
}

fn large() -> [Case; 4] {
    const MIB: usize = 1 << 20;
    let head = "POST /v1/context HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    [
        case(
            "sends a body of a megabyte",
            "request.too_large",
            |ground| async move {
                let reply = client::post(ground.host.traffic, "/v1/context", " ".repeat(MIB)).await;
                ensure!(reply.status == 413, "{}", reply.status);
                Answer::of_reply(&reply)
            },
        ),
        case(
            "sends a body without a length, and never ends it",
            "request.too_large",
            move |ground| async move {
                let piece = format!("10000\r\n{}\r\n", " ".repeat(64 << 10));
                let request = format!(
                    "{head}transfer-encoding: chunked\r\n\r\n{}",
                    piece.repeat(10)
                );
                raw(ground.host.traffic, request.as_bytes()).await
            },
        ),
        case("sends a megabyte of headers", "431", |ground| async move {
            let lines: String = (0..1_000)
                .map(|n| format!("x-{n}: {}\r\n", "a".repeat(1_000)))
                .collect();
            let request = format!("GET /v1/context HTTP/1.1\r\nhost: x\r\n{lines}\r\n");
            raw(ground.host.traffic, request.as_bytes()).await
        })
        .otherwise(WITHOUT_BODY),
        case(
            "asks for an address of a megabyte",
            "431",
            |ground| async move {
                let path = "a".repeat(MIB);
                let request = format!("GET /{path} HTTP/1.1\r\nhost: x\r\n\r\n");
                raw(ground.host.traffic, request.as_bytes()).await
            },
        )
        .otherwise(WITHOUT_BODY),
    ]
}

/// Why some answers have a status and no code.
const WITHOUT_BODY: &str = "what is no request has no desk that could be answered in its own form: \
                            the connection gets a bare status and is closed";

fn slow() -> [Case; 4] {
    const BODY: &str = "POST /v1/context HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                        content-length: 1000000000000\r\n\r\n{";
    let loris = |what, admin: bool| {
        case(what, "closed", move |_ground| async move {
            let host = Setup::new().arrival(ARRIVAL).start().await;
            let address = if admin { host.admin } else { host.traffic };
            let begun = Instant::now();
            let mut stream = TcpStream::connect(address).await?;
            // One byte every twentieth of a second, for as long as anybody listens.
            let head = b"GET /healthz HTTP/1.1\r\nx-slow: "
                .iter()
                .chain(std::iter::repeat(&b'a'));
            for byte in head {
                if stream.write_all(&[*byte]).await.is_err() || is_closed(&mut stream).await {
                    break;
                }
                ensure!(begun.elapsed() < PATIENCE, "still open after {PATIENCE:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            host.end().await;
            Ok(Answer::new("closed", ""))
        })
        .slow()
        .otherwise("a connection that never said what it wants is closed without a word")
    };
    [
        loris(
            "sends a header a byte at a time, at the traffic door",
            false,
        ),
        loris("sends a header a byte at a time, at the admin door", true),
        case(
            "promises a terabyte and sends one byte",
            "request.timeout",
            |_ground| async move {
                let host = Setup::new().arrival(ARRIVAL).start().await;
                let answer = raw(host.traffic, BODY.as_bytes()).await;
                host.end().await;
                answer
            },
        )
        .slow(),
        case(
            "opens two hundred connections and says nothing",
            "closed",
            |_ground| async move {
                let host = Setup::new().arrival(ARRIVAL).start().await;
                let streams = (0..200).map(|_| TcpStream::connect(host.traffic));
                let mut streams = try_join_all(streams).await?;
                let closed = streams.iter_mut().map(|stream| async move {
                    let mut rest = Vec::new();
                    timeout(PATIENCE, stream.read_to_end(&mut rest)).await
                });
                for closed in join_all(closed).await {
                    closed.context("a silent connection stays open")??;
                }
                host.end().await;
                Ok(Answer::new("closed", ""))
            },
        )
        .slow()
        .otherwise("a connection that never said what it wants is closed without a word"),
    ]
}

/// Whether the other side has ended the connection.
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut byte = [0; 1];
    matches!(
        timeout(Duration::from_millis(1), stream.read(&mut byte)).await,
        Ok(Ok(0) | Err(_))
    )
}

fn garbled() -> [Case; 3] {
    [
        case(
            "sends fifty texts that are nearly JSON",
            "request.malformed",
            |ground| async move {
                let mut last = None;
                for body in nearly_json() {
                    let reply =
                        client::post(ground.host.traffic, "/v1/context", body.clone()).await;
                    let answer = Answer::of_reply(&reply)?;
                    let shown =
                        String::from_utf8_lossy(body.get(..60).unwrap_or(&body)).into_owned();
                    ensure!(reply.status == 400, "{shown}: {}", reply.status);
                    ensure!(answer.is("request.malformed"), "{shown}: {}", answer.text);
                    last = Some(answer);
                }
                last.context("no texts")
            },
        ),
        case("speaks no HTTP", "400", |ground| async move {
            raw(ground.host.traffic, &[0xff; 4_096]).await
        })
        .otherwise(WITHOUT_BODY),
        case(
            "speaks TLS to a listener without",
            "400",
            |ground| async move {
                let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[7; 501]].concat();
                raw(ground.host.admin, &hello).await
            },
        )
        .otherwise(WITHOUT_BODY),
    ]
}

/// Texts that a reader of JSON must refuse.
fn nearly_json() -> Vec<Vec<u8>> {
    let deep = |open: &str| open.repeat(100_000).into_bytes();
    let fields = [
        "tru",
        "nul",
        "falsee",
        "True",
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "+1",
        "01",
        "1.",
        ".1",
        "1e",
        "1e+",
        "0x1",
        "1_000",
        "'a'",
        "\"a",
        "\"\\x41\"",
        "\"\\u12\"",
        "\"\\ud8\"",
        "\"\t\"",
        "\"\n\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "1]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{1:1}",
        "/**/1",
        "1//",
        "#1",
        "\u{feff}1",
        "\u{a0}1",
    ];
    let mut texts: Vec<Vec<u8>> = fields
        .iter()
        .map(|value| format!("{{\"view\":{value}}}").into_bytes())
        .collect();
    texts.extend([
        deep("["),
        deep("{\"a\":"),
        b"{\"view\":\"ticket\"".to_vec(),
        b"{\"view\":\"ticket\"}}".to_vec(),
        b"{\"view\":\"ticket\"}{}".to_vec(),
        b"{\"view\":\"ti\xffcket\"}".to_vec(),
        b"{\"view\":\"\xed\xa0\x80\"}".to_vec(),
        "{\"view\":\"ticket\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        b"\0".to_vec(),
        b"view=ticket".to_vec(),
        b"<view>ticket</view>".to_vec(),
    ]);
    texts
}

fn names() -> [Case; 2] {
    const NAMES: [&str; 10] = [
        "../outside",
        "..%2foutside",
        "..%252foutside",
        "..%5coutside",
        "%2e%2e",
        "a%00b",
        "a/../b",
        "UPPER",
        "%ff",
        "%F0%9F%A6%80",
    ];
    [
        case(
            "asks for plugins whose names lead out of the folder",
            "request.unknown_plugin",
            |ground| async move {
                let mut last = None;
                for name in NAMES {
                    let query = name.replace('/', "%2F");
                    for path in [
                        format!("/v1/context?view=ticket&plugin={query}"),
                        format!("/imbox/{query}?view=ticket"),
                    ] {
                        let reply = client::get(ground.host.traffic, &path).await;
                        last = Some(refused(&path, &reply)?);
                    }
                }
                last.context("no names")
            },
        )
        .or("request.invalid_field"),
        case(
            "has plugins reloaded whose names lead out of the folder",
            "request.unknown_plugin",
            |ground| async move {
                let mut last = None;
                for name in NAMES {
                    let path = format!("/plugins/{}/reload", name.replace('/', "%2F"));
                    let reply = client::post(ground.host.admin, &path, "").await;
                    last = Some(refused(&path, &reply)?);
                }
                last.context("no names")
            },
        ),
    ]
}

fn refused(path: &str, reply: &Reply) -> anyhow::Result<Answer> {
    ensure!(reply.status.is_client_error(), "{path}: {}", reply.status);
    Answer::of_reply(reply).with_context(|| path.to_owned())
}

/// Callers, reloads and removals of one plugin at the same time.
fn beside_reloads() -> Case {
    Case::new(
        "A1",
        "asks for a plugin while its file is replaced and taken away",
        Built::Files,
        "loaded",
        |ground| async move {
            const PLUGIN: &str = "comes-and-goes";
            let until = Instant::now() + Duration::from_millis(500);
            let guests = [read("counts"), read("says_nothing"), b"\0asm".to_vec()];
            let askers = (0..4).map(|_| async {
                while Instant::now() < until {
                    let path = format!("/v1/context?view=ticket&plugin={PLUGIN}");
                    let reply = client::get(ground.host.traffic, &path).await;
                    let gone = Answer::of_reply(&reply)?;
                    let card = reply.json()["cards"][0].clone();
                    match gone.is("request.unknown_plugin") {
                        true => {}
                        false if card["status"] == "ok" || card["status"] == "empty" => {}
                        false => bail!("{}", reply.text()),
                    }
                }
                anyhow::Ok(())
            });
            let changes = async {
                for round in 0.. {
                    if Instant::now() >= until {
                        break;
                    }
                    match round % 4 {
                        3 => ground.remove(PLUGIN).await?,
                        n => drop(ground.load(PLUGIN, &guests[n], "").await?),
                    }
                }
                ground.load(PLUGIN, &guests[0], "").await
            };
            let (_, last) = tokio::try_join!(try_join_all(askers), changes)?;
            Ok(last)
        },
    )
    .slow()
}

fn at_the_end() -> Case {
    case(
        "asks sixteen times at once while the host is told to end",
        "ok",
        |_ground| async move {
            let host = Setup::new()
                .guest("counts", "")
                .guest("sleeps", "[limits]\ndeadline_ms = 100")
                .start()
                .await;
            let address = host.traffic;
            let askers: Vec<_> = (0..16)
                .map(|asker| tokio::spawn(ask_until_the_end(address, asker % 2 == 0)))
                .collect();
            tokio::time::sleep(Duration::from_millis(200)).await;
            timeout(PATIENCE, host.end())
                .await
                .context("the host does not end")?;
            let mut answers = 0;
            for asker in askers {
                answers += asker.await??;
            }
            ensure!(answers > 16, "{answers} answers under load");
            Ok(Answer::new("ok", ""))
        },
    )
    .slow()
}

/// Asks until nobody listens any more; what was asked is answered whole. How many answers came.
async fn ask_until_the_end(address: SocketAddr, quick: bool) -> anyhow::Result<u32> {
    let plugin = if quick { "counts" } else { "sleeps" };
    let path = format!("/v1/context?view=ticket&plugin={plugin}");
    let mut answers = 0;
    loop {
        let request = http::Request::get(&path)
            .header("host", "x")
            .body(http_body_util::Full::<Bytes>::default())?;
        // Refused or closed before a word: the end.
        let Ok(reply) = client::send(address, request).await else {
            return Ok(answers);
        };
        ensure!(
            reply.status == 200 && reply.json()["cards"][0].is_object(),
            "{}",
            reply.text()
        );
        answers += 1;
    }
}

/// Sends bytes and reads what comes back until the connection ends: the code of a refusal, or the
/// bare status.
async fn raw(address: SocketAddr, bytes: &[u8]) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    // Whoever is refused early need not read the rest.
    let sent = async {
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut part = [0; 4_096];
        while let Ok(count @ 1..) = reader.read(&mut part).await {
            answer.extend_from_slice(&part[..count]);
            if whole(&answer) {
                break;
            }
        }
    };
    tokio::select! {
        () = sent => {}
        read = timeout(PATIENCE, read) => read.context("no answer in time")?,
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).unwrap_or("closed").to_owned();
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let code = serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|body| Some(body["error"]["code"].as_str()?.to_owned()));
    Ok(Answer::new(code.unwrap_or(status), text))
}

/// Whether an answer has all of its body.
fn whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|length| body.len() >= length)
}
