//! N7: secrets that a plugin wants to see, or to have sent elsewhere.

use super::network::GET_ONLY;
use crate::asking::{Asking, Seen};
use crate::case::Case;
use anyhow::ensure;
use e2e::trick::{self, Trick};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWriteExt;

/// The cases. That the secret stands in no answer is looked at for every case of the catalogue.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = elsewhere();
    cases.extend(echoes());
    cases
}

fn elsewhere() -> Vec<Case> {
    vec![
        Asking::refused(
            "N7",
            "a secret for a server that it is not bound to",
            "secret",
        )
        .rule(GET_ONLY)
        .with("&secret=x-api-key")
        .gets("http.denied"),
        Asking::refused("N7", "a placeholder in the address", "url")
            .url("http://{address}/v1/{{api_key}}")
            .gets("http.denied"),
        Asking::of(
            "N7",
            "a placeholder in a header and in the address's query",
            Trick::echoes,
        )
        .url("http://{address}/v1/x?key=%7B%7Bapi_key%7D%7D")
        .with("&header=x%3A%7B%7Bapi_key%7D%7D%20%24%7Bapi_key%7D")
        .held(|seen| {
            let body = seen.row("body");
            ensure!(body.contains("x: {{api_key}} ${api_key}"), "{body}");
            Ok(())
        })
        .gets("ok")
        .otherwise("there are no placeholders: the text is sent as it stands"),
        Asking::refused("N7", "TRACE, which sends back what came", "method")
            .with("&method=TRACE")
            .gets("http.denied"),
        Asking::refused("N7", "CONNECT, which makes a tunnel", "method")
            .with("&method=CONNECT")
            .gets("http.denied"),
    ]
}

fn echoes() -> Vec<Case> {
    let row = |what, write: fn(&str) -> String| {
        Asking::of("N7", what, move || echo(write))
            .with("&secret=x-api-key")
            .held(is_masked)
            .gets("ok")
            .otherwise("the answer is passed on with the secret written over")
    };
    vec![
        row("a server that echoes the secret", str::to_owned),
        row("the same in JSON", |secret| format!("{secret:?}")),
        row("the same in hex", |secret| {
            secret.bytes().map(|byte| format!("{byte:02x}")).collect()
        }),
        row("the same percent-encoded", |secret| {
            secret.replace('-', "%2d")
        }),
        row("the same in base64", |secret| base64(secret)),
        row("the same in base64, amid other text", |secret| {
            base64(&format!("x-api-key: {secret}\r\n"))
        }),
        Asking::of(
            "N7",
            "a server that gives the secret back in the next answer",
            later,
        )
        .with("&secret=x-api-key&times=3")
        .held(|seen| {
            ensure!(seen.connections == 3, "{} connections", seen.connections);
            Ok(())
        })
        .gets("ok")
        .otherwise("the answers are passed on with the secret written over"),
        Asking::says(
            "N7",
            "a secret that is echoed behind compression",
            "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 3\r\n\r\nxyz",
        )
        .with("&secret=x-api-key")
        .gets("http.protocol"),
    ]
}

/// Answers with the secret it got, written in some way, in the body and in a header.
async fn echo(write: fn(&str) -> String) -> Trick {
    Trick::start(move |mut stream| async move {
        let head = trick::head(&mut stream).await;
        let secret = head.lines().find_map(|line| line.strip_prefix("x-api-key: "));
        let written = write(secret.unwrap_or("no secret came"));
        let body = format!("it was {written}, and that is all");
        let answer = format!(
            "HTTP/1.1 200 OK\r\nx-said: {written}\r\nx-plain: yes\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
        stream
    })
    .await
}

/// Answers with the request that came before.
async fn later() -> Trick {
    let kept = Arc::<Mutex<String>>::default();
    Trick::start(move |mut stream| {
        let kept = Arc::clone(&kept);
        async move {
            let head = trick::head(&mut stream).await;
            let before = {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::replace(&mut *kept, head)
            };
            let length = before.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{before}");
            let _ = stream.write_all(answer.as_bytes()).await;
            stream
        }
    })
    .await
}

/// The body came with stars in it, and the header that held the secret did not come.
fn is_masked(seen: &Seen) -> anyhow::Result<()> {
    let body = seen.row("body");
    ensure!(
        body.starts_with("it was ") && body.ends_with(", and that is all"),
        "{body}"
    );
    ensure!(
        body.contains("**********") && !body.contains("no secret"),
        "{body}"
    );
    ensure!(seen.row("x-said").is_empty() && seen.row("x-plain") == "yes");
    Ok(())
}

/// Base64 without padding, by the alphabet.
fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = text.bytes().map(|byte| format!("{byte:08b}")).collect();
    let bits = bits.into_bytes();
    let letters = bits.chunks(6).map(|six| {
        let ones = six.iter().enumerate().filter(|(_, bit)| **bit == b'1');
        let index: usize = ones.map(|(place, _)| 32 >> place).sum();
        char::from(LETTERS[index])
    });
    letters.collect()
}
