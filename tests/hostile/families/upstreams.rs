//! N3, N4 and N9: servers that are slow, endless, or not what they should be.

use crate::asking::{Asking, Seen};
use crate::case::{Built, Case};
use anyhow::ensure;
use e2e::trick::{Certificate, Full, Trick};
use std::time::Duration;

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = slow();
    cases.extend(endless());
    cases.extend(broken());
    cases.extend(odd());
    cases.extend(untrusted());
    cases
}

/// As many bytes as there is time for while the suite is compiled without optimisation.
const FEW_BYTES: &str =
    "url = \"http://{address}/v1\"\nprivate_network = true\n[limits]\nhttp_total_kib = 32\n";

/// Each is given 150 ms by the plugin; what it was doing then stands in the error's `field`.
fn slow() -> Vec<Case> {
    let second = Duration::from_millis(40);
    vec![
        Asking::of(
            "N3",
            "a server that takes the connection and says nothing",
            Trick::silent,
        )
        .with("&timeout=150")
        .held(|seen| phase(seen, "wait"))
        .gets("http.timeout")
        .slow(),
        Asking::of("N3", "a head that comes byte by byte", move || {
            Trick::goes_on("HTTP/1.1 200 OK\r\nx: ", "y", second)
        })
        .with("&timeout=150")
        .held(|seen| phase(seen, "receive"))
        .gets("http.timeout")
        .slow(),
        Asking::of("N3", "a body that comes byte by byte", move || {
            Trick::goes_on(
                "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n",
                "y",
                second,
            )
        })
        .with("&timeout=150")
        .held(|seen| phase(seen, "receive"))
        .gets("http.timeout")
        .slow(),
        Asking::of("N3", "a body that stops in the middle", || {
            Trick::start(|mut stream| async move {
                e2e::trick::head(&mut stream).await;
                let half = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc";
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, half).await;
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                stream
            })
        })
        .with("&timeout=150")
        .held(|seen| phase(seen, "receive"))
        .gets("http.timeout")
        .slow(),
        Asking::of("N3", "a server that never shakes hands", Trick::silent)
            .url("https://{address}/v1/x")
            .rule("url = \"https://{address}/v1\"\nprivate_network = true\n")
            .with("&timeout=400")
            .held(|seen| phase(seen, "tls"))
            .gets("http.timeout")
            .slow(),
        full(),
    ]
}

/// A listener whose queue is full stands beside the case's own server.
fn full() -> Case {
    let full = std::sync::Arc::<tokio::sync::OnceCell<Full>>::default();
    Case::new(
        "N3",
        "a server that accepts nobody",
        Built::Upstream,
        "http.timeout",
        move |ground| {
            let full = std::sync::Arc::clone(&full);
            async move {
                let address = full.get_or_init(Full::start).await.address;
                let grant = format!(
                    "[[http.allow]]\nurl = \"http://{address}/\"\nprivate_network = true\n"
                );
                let guest = || crate::case::read("asks_anything");
                let plugin = ground.plugin("N3 full", guest, &grant).await?;
                let url = e2e::client::encoded(&format!("http://{address}/"));
                let query = format!("&timeout=150&url={url}");
                let card = crate::case::card(&ground.host, &plugin, &query).await?;
                ensure!(card["error"]["field"] == "connect", "{card}");
                crate::case::Answer::of_card(&card)
            }
        },
    )
    .slow()
}

fn endless() -> Vec<Case> {
    let flood = |what, begin, piece| {
        Asking::of("N4", what, move || {
            Trick::goes_on(begin, piece, Duration::ZERO)
        })
    };
    vec![
        flood("a body without an end", "HTTP/1.1 200 OK\r\n\r\n", "endless")
            .gets("http.too_large")
            .slow(),
        flood(
            "chunks without an end",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            "4\r\nmore\r\n",
        )
        .rule(FEW_BYTES)
        .gets("http.too_large")
        .slow(),
        flood(
            "chunk extensions without an end",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4;",
            "x=y;",
        )
        .gets("http.protocol"),
        flood(
            "trailers without an end",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
            "x: y\r\n",
        )
        .gets("http.protocol"),
        flood("interim answers without an end", "", "HTTP/1.1 102 Processing\r\n\r\n")
            .rule(FEW_BYTES)
            .gets("http.too_large")
            .slow(),
        flood("one header line without an end", "HTTP/1.1 200 OK\r\nx: ", "yyyy")
            .gets("http.protocol"),
        flood("header lines without an end", "HTTP/1.1 200 OK\r\n", "x: y\r\n")
            .gets("http.protocol"),
        flood("a status line without an end", "HTTP/1.1 200 ", "O").gets("http.protocol"),
        Asking::of("N4", "a body of ten megabytes, announced", || {
            Trick::goes_on("HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n", "x", Duration::ZERO)
        })
        .gets("http.too_large"),
        Asking::says("N4", "a compressed bomb", bomb())
            .rule(super::network::GET_ONLY)
            .held(|seen| {
                let bytes: usize = seen.row("bytes").parse()?;
                ensure!(bytes < 8_000, "{bytes} bytes: it was unpacked");
                Ok(())
            })
            .gets("ok")
            .otherwise(
                "only plain text is asked for and nothing is unpacked: the plugin gets the few bytes \
                 that were sent",
            ),
        Asking::says("N4", "a compressed bomb from a server that is given secrets", bomb())
            .gets("http.protocol"),
    ]
}

/// A megabyte of noughts as gzip writes them: one nought, and four thousand times "258 more".
fn bomb() -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    // The last block, with the codes that everybody knows; then a nought.
    let mut bits = String::from("11000110000");
    // Length 258, distance 1.
    bits.push_str(&"1100010100000".repeat(4_064));
    // The end, filled up to a byte.
    bits.push_str("0000000");
    while !bits.len().is_multiple_of(8) {
        bits.push('0');
    }
    let bits = bits.into_bytes();
    for byte in bits.chunks(8) {
        let ones = byte.iter().enumerate().filter(|(_, bit)| **bit == b'1');
        packed.push(ones.map(|(place, _)| 1 << place).sum());
    }
    // Sum and length, which nobody reads before the end.
    packed.extend([0; 8]);
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        packed.len()
    )
    .into_bytes();
    answer.extend(packed);
    answer
}

fn broken() -> Vec<Case> {
    let rows = [
        ("a connection closed without a word", ""),
        ("a head that breaks off", "HTTP/1.1 200 OK\r\ncontent-le"),
        (
            "a body that breaks off",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
        ),
        (
            "a chunk that breaks off",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nabc",
        ),
        (
            "a chunk with no number",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        ),
        (
            "a chunk of more bytes than there are numbers",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n",
        ),
        (
            "a negative content-length",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nabc",
        ),
        (
            "two content-lengths",
            "HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        ),
        (
            "a content-length that is no number",
            "HTTP/1.1 200 OK\r\ncontent-length: 3, 4\r\n\r\nabcd",
        ),
        (
            "a folded header",
            "HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n",
        ),
        (
            "a header with a space in its name",
            "HTTP/1.1 200 OK\r\nx y: z\r\ncontent-length: 0\r\n\r\n",
        ),
        (
            "a header with a nought",
            "HTTP/1.1 200 OK\r\nx: \0\r\ncontent-length: 0\r\n\r\n",
        ),
    ];
    let rows = rows.map(|(what, answer)| Asking::says("N4", what, answer).gets("http.protocol"));
    let mut cases = Vec::from(rows);
    cases.push(
        Asking::says(
            "N4",
            "a content-length and chunks",
            "HTTP/1.1 200 OK\r\ncontent-length: 99\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        )
        .held(|seen| {
            ensure!(seen.row("body") == "hi", "{}", seen.card);
            Ok(())
        })
        .gets("ok")
        .otherwise("chunks win, as the standard says; no second answer is read from a connection"),
    );
    cases.push(
        Asking::says(
            "N4",
            "a second answer behind the first",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
        )
        .held(|seen| {
            ensure!(seen.row("body") == "hi", "{}", seen.card);
            Ok(())
        })
        .gets("ok")
        .otherwise("each request has a connection of its own, and what follows an answer is dropped"),
    );
    cases
}

fn odd() -> Vec<Case> {
    let status = |what, answer| {
        Asking::says("N9", what, answer)
            .held(|seen| {
                let status: u16 = seen.row("status").parse()?;
                ensure!((400..500).contains(&status), "{status}");
                for name in ["www-authenticate", "proxy-authenticate", "set-cookie"] {
                    ensure!(seen.row(name).is_empty(), "{name}");
                }
                Ok(())
            })
            .gets("ok")
            .otherwise("a status is an answer, and the plugin's to read")
    };
    vec![
        status(
            "401 with a challenge",
            "HTTP/1.1 401 No\r\nwww-authenticate: Basic\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n",
        ),
        status(
            "407 with a challenge",
            "HTTP/1.1 407 No\r\nproxy-authenticate: Basic\r\ncontent-length: 0\r\n\r\n",
        ),
        status("421", "HTTP/1.1 421 Misdirected\r\ncontent-length: 0\r\n\r\n"),
        status("425", "HTTP/1.1 425 Too Early\r\ncontent-length: 0\r\n\r\n"),
        status(
            "426 with an upgrade",
            "HTTP/1.1 426 Upgrade\r\nupgrade: h2c\r\nconnection: upgrade\r\ncontent-length: 0\r\n\r\n",
        ),
        Asking::says("N9", "103 and nothing after it", "HTTP/1.1 103 Early Hints\r\n\r\n")
            .gets("http.protocol"),
        Asking::says(
            "N9",
            "103 before the answer",
            "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
        )
        .held(|seen| {
            ensure!(seen.row("link").is_empty() && seen.row("body") == "hi");
            Ok(())
        })
        .gets("ok")
        .otherwise("interim answers are skipped"),
        Asking::says("N9", "101, a change of protocol", "HTTP/1.1 101 Go\r\nupgrade: x\r\n\r\n")
            .gets("http.protocol"),
        Asking::says("N9", "a status of 999", "HTTP/1.1 999 What\r\n\r\n").gets("http.protocol"),
        Asking::says("N9", "a status of 99", "HTTP/1.1 99 What\r\n\r\n").gets("http.protocol"),
        Asking::says("N9", "HTTP/0.9", "<html>hello</html>\r\n").gets("http.protocol"),
        Asking::says("N9", "HTTP/3.0 on the status line", "HTTP/3.0 200 OK\r\n\r\n")
            .gets("http.protocol"),
        Asking::says("N9", "another protocol's greeting", "SSH-2.0-OpenSSH_9.9\r\n")
            .gets("http.protocol"),
        Asking::says("N4", "HTTP/2: its preface and frames", h2())
            .gets("http.protocol")
            .otherwise(
                "only HTTP/1.1 is offered and read, so floods of HTTP/2 frames find nobody: the first \
                 of them is no answer",
            ),
    ]
}

/// The connection preface and frames of settings, resets and empty data.
fn h2() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    for _ in 0..1_000 {
        bytes.extend([0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
    bytes
}

fn untrusted() -> Vec<Case> {
    let tls = |what, certificate: Certificate, trusted: bool| {
        let (acceptor, authority) = certificate.made();
        let asking = Asking::of("N9", what, move || Trick::tls(acceptor.clone()))
            .url("https://{address}/v1/x")
            .rule("url = \"https://{address}/v1\"\nprivate_network = true\n");
        match trusted {
            true => asking.authority(authority),
            false => asking,
        }
    };
    vec![
        tls("a certificate that nobody trusts", Certificate::Good, false).gets("http.tls"),
        tls(
            "a certificate that signed itself",
            Certificate::SelfSigned,
            false,
        )
        .gets("http.tls"),
        tls(
            "a certificate of another host",
            Certificate::OtherHost,
            true,
        )
        .gets("http.tls"),
        tls("a certificate that has ended", Certificate::Expired, true).gets("http.tls"),
        tls("a certificate that is right", Certificate::Good, true)
            .gets("ok")
            .otherwise("to see that the others were looked at"),
        Asking::says(
            "N9",
            "plain text where TLS is wanted",
            "HTTP/1.1 400 Bad Request\r\n\r\n",
        )
        .url("https://{address}/v1/x")
        .rule("url = \"https://{address}/v1\"\nprivate_network = true\n")
        .with("&timeout=400")
        .gets("http.tls")
        .or("http.timeout")
        .slow(),
    ]
}

/// What the request was doing when its time ran out.
fn phase(seen: &Seen, phase: &str) -> anyhow::Result<()> {
    ensure!(seen.field() == phase, "{} instead of {phase}", seen.field());
    Ok(())
}
