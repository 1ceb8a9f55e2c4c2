//! Servers that break the rules: what each connection gets is a script over its bare bytes.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A server on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct Trick {
    /// Where it listens.
    pub address: SocketAddr,
    counts: Arc<Counts>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicUsize,
    open: AtomicUsize,
}

impl Trick {
    /// Runs `script` for every connection; what it leaves of the stream is read to its end.
    pub async fn start<F>(script: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = TcpStream> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let counts = Arc::<Counts>::default();
        let of_task = Arc::clone(&counts);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let counts = Arc::clone(&of_task);
                counts.connections.fetch_add(1, Ordering::SeqCst);
                counts.open.fetch_add(1, Ordering::SeqCst);
                let script = script(stream);
                tokio::spawn(async move {
                    let mut stream = script.await;
                    let _ = stream.shutdown().await;
                    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                    counts.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            counts,
            accepting,
        }
    }

    /// Reads a request's head, answers with these bytes and closes.
    pub async fn says(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                head(&mut stream).await;
                let _ = stream.write_all(&answer).await;
                stream
            }
        })
        .await
    }

    /// Reads a request's head, begins with one text, and goes on with the other piece by piece,
    /// `every` so long, until nobody listens any more.
    pub async fn goes_on(begin: &'static str, piece: &'static str, every: Duration) -> Self {
        Self::start(move |mut stream| async move {
            head(&mut stream).await;
            let _ = stream.write_all(begin.as_bytes()).await;
            let many = if every.is_zero() { 1_000 } else { 1 };
            let pieces = piece.repeat(many);
            while stream.write_all(pieces.as_bytes()).await.is_ok() {
                tokio::time::sleep(every).await;
            }
            stream
        })
        .await
    }

    /// Answers with the head of the request it got, ready to be asked for more, with a cookie.
    pub async fn echoes() -> Self {
        Self::start(|mut stream| async move {
            loop {
                let head = head(&mut stream).await;
                let length = head.len();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nset-cookie: seen=1\r\n\
                     content-length: {length}\r\n\r\n{head}"
                );
                let said = stream.write_all(answer.as_bytes()).await;
                if head.is_empty() || said.is_err() {
                    return stream;
                }
            }
        })
        .await
    }

    /// Takes connections and says nothing at all.
    pub async fn silent() -> Self {
        Self::start(|mut stream| async move {
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            stream
        })
        .await
    }

    /// Speaks TLS, and answers `hello` behind it.
    pub async fn tls(acceptor: TlsAcceptor) -> Self {
        Self::start(move |mut stream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(mut stream) = acceptor.accept(&mut stream).await {
                    head(&mut stream).await;
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
                    let _ = stream.write_all(answer).await;
                    let _ = stream.shutdown().await;
                }
                stream
            }
        })
        .await
    }

    /// The URL of a path there, in plain text.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections came.
    pub fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// Waits until every connection was closed by the other side, for ten seconds at most.
    pub async fn is_left(&self) -> bool {
        for _ in 0..1_000 {
            if self.counts.open.load(Ordering::SeqCst) == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

impl Drop for Trick {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Reads until the end of a request's head, or of the stream.
pub async fn head(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    let mut read = Vec::new();
    while !read.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_buf(&mut read).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

/// A listener whose queue is full: connecting to it takes for ever.
#[derive(Debug)]
pub struct Full {
    /// Where it listens.
    pub address: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl Full {
    /// Fills the queue.
    pub async fn start() -> Self {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        socket.bind(any).expect("a port");
        let listener = socket.listen(1).expect("listening");
        let address = listener.local_addr().expect("an address");
        let mut queue = Vec::new();
        // A queue of one holds two.
        for _ in 0..2 {
            queue.push(
                TcpStream::connect(address)
                    .await
                    .expect("a place in the queue"),
            );
        }
        Self {
            address,
            _listener: listener,
            _queue: queue,
        }
    }
}

/// A server's certificate, and what is wrong with it. Each kind has an authority of its own.
#[derive(Clone, Copy, Debug)]
pub enum Certificate {
    /// Nothing, where its authority is trusted.
    Good,
    /// It signed itself.
    SelfSigned,
    /// It is another host's.
    OtherHost,
    /// It ended years ago.
    Expired,
}

impl Certificate {
    /// What a server needs, and its authority in PEM for a grant to name. It is for 127.0.0.1 where
    /// nothing else is said.
    pub fn made(self) -> (TlsAcceptor, String) {
        let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().expect("a key");
        let root = authority
            .self_signed(&authority_key)
            .expect("a certificate");
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().expect("a key");
        let host = match self {
            Self::OtherHost => "other.test",
            Self::Good | Self::SelfSigned | Self::Expired => "127.0.0.1",
        };
        let mut leaf = CertificateParams::new(vec![host.to_owned()]).expect("parameters");
        if matches!(self, Self::Expired) {
            leaf.not_before = rcgen::date_time_ymd(2019, 1, 1);
            leaf.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        let leaf = match self {
            Self::SelfSigned => leaf.self_signed(&key),
            Self::Good | Self::OtherHost | Self::Expired => leaf.signed_by(&key, &issuer),
        };
        let leaf = leaf.expect("a certificate").der().clone();
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf], key)
            .expect("a configuration");
        (Arc::new(config).into(), root.pem())
    }
}
