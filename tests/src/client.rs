//! A client that sends what a test says and nothing else.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A server's answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or("?"))
    }
}

/// Sends a request on a connection of its own.
pub async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> anyhow::Result<Reply> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        anyhow::Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    tokio::select! {
        reply = &mut exchange => reply,
        ended = &mut connection => {
            ended?;
            exchange.await
        }
    }
}

/// A GET of a path with its query.
pub async fn get(address: SocketAddr, path: &str) -> Reply {
    let request = Request::get(path)
        .header("host", address.to_string())
        .body(Full::default())
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    send(address, request)
        .await
        .unwrap_or_else(|error| panic!("GET {path}: {error}"))
}

/// A POST of JSON.
pub async fn post(address: SocketAddr, path: &str, body: impl Into<Bytes>) -> Reply {
    let request = Request::post(path)
        .header("host", address.to_string())
        .header("content-type", "application/json")
        .body(Full::new(body.into()))
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    send(address, request)
        .await
        .unwrap_or_else(|error| panic!("POST {path}: {error}"))
}

/// A DELETE of a path with its query.
pub async fn delete(address: SocketAddr, path: &str) -> Reply {
    let request = Request::delete(path)
        .header("host", address.to_string())
        .body(Full::default())
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    send(address, request)
        .await
        .unwrap_or_else(|error| panic!("DELETE {path}: {error}"))
}

/// A text as one value of a query.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
