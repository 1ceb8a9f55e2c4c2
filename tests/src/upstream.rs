//! Servers that plugins ask: each answers in one way and counts the connections it gets.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// What came in.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The request, its body read.
    pub request: Arc<Request<Bytes>>,
}

/// A server on a port of its own. It ends with the test's runtime.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Upstream {
    /// Starts a server that answers with `answer`.
    pub async fn start<F>(answer: F) -> Self
    where
        F: Fn(&Request<Bytes>) -> Response<Full<Bytes>> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let upstream = Self {
            address: listener.local_addr().expect("an address"),
            connections: Arc::default(),
            seen: Arc::default(),
        };
        let (of_task, answer) = (upstream.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                of_task.connections.fetch_add(1, Ordering::SeqCst);
                let (upstream, answer) = (of_task.clone(), Arc::clone(&answer));
                let service = service_fn(move |request: Request<Incoming>| {
                    let (upstream, answer) = (upstream.clone(), Arc::clone(&answer));
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = body
                            .collect()
                            .await
                            .map(http_body_util::Collected::to_bytes);
                        let request = Request::from_parts(parts, body.unwrap_or_default());
                        let response = answer(&request);
                        let request = Arc::new(request);
                        let mut seen = upstream.seen.lock().unwrap_or_else(PoisonError::into_inner);
                        seen.push(Seen { request });
                        Ok::<_, Infallible>(response)
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        upstream
    }

    /// A server that answers 200 with a text.
    pub async fn text(text: &'static str) -> Self {
        Self::start(move |_| Response::new(Full::from(text))).await
    }

    /// The URL of a path there.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections came.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// What came in so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
