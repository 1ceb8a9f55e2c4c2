//! Opens the one connection of a request: to an address that a permit names, and to no other.

use super::phase::{longest, within};
use super::trust::Trust;
use crate::model::http::{HttpError, Phase};
use crate::policy::permit::DialPermit;
use crate::policy::url::{Host, Scheme};
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

/// The most bytes of what TLS says went wrong: enough for two names.
const MAX_CLAUSE_BYTES: usize = 600;

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Dials. Keeps nothing between requests but certificates: a kept connection could carry one
/// plugin's credentials into another's request.
#[derive(Debug)]
pub(super) struct Connector {
    trust: Trust,
    dials: Arc<AtomicU64>,
}

impl Connector {
    /// A connector that counts in `dials` the sockets that it opened, or tried.
    pub(super) fn counting(dials: Arc<AtomicU64>) -> Self {
        Self {
            trust: Trust::default(),
            dials,
        }
    }

    /// A fresh connection, up to and with TLS where the permit's scheme wants it.
    ///
    /// # Errors
    /// `Connect`, `Tls`, or `Timeout` in one of these phases.
    pub(super) async fn connect(
        &self,
        permit: &DialPermit,
        deadline: Instant,
    ) -> Result<Box<dyn Stream>, HttpError> {
        let socket = within(Phase::Connect, deadline, self.dial(permit, deadline)).await?;
        match permit.scheme() {
            Scheme::Http => Ok(Box::new(socket)),
            Scheme::Https => within(Phase::Tls, deadline, self.encrypt(permit, socket)).await,
        }
    }

    /// Tries the addresses in their order, each with its share of the time that is left, so that
    /// one that swallows packets does not use up all of it.
    async fn dial(&self, permit: &DialPermit, deadline: Instant) -> Result<TcpStream, HttpError> {
        let end = deadline.min(Instant::now() + longest(Phase::Connect));
        let mut failure = None;
        let mut left = permit.addresses().len();
        for address in permit.addresses() {
            let now = Instant::now();
            let share =
                end.saturating_duration_since(now) / u32::try_from(left).unwrap_or(1).max(1);
            left = left.saturating_sub(1);
            self.dials.fetch_add(1, Ordering::Relaxed);
            match timeout_at(now + share, dial_one(*address)).await {
                Ok(Ok(socket)) => return Ok(socket),
                Ok(Err(error)) => failure = Some(error.kind()),
                Err(_) => {}
            }
        }
        // The address stays out of the text: it tells a plugin how the company's names resolve.
        match failure {
            Some(kind) => Err(HttpError::Connect(format!(
                "{}: {kind}",
                permit.authority()
            ))),
            None => Err(HttpError::Timeout(Phase::Connect)),
        }
    }

    async fn encrypt(
        &self,
        permit: &DialPermit,
        socket: TcpStream,
    ) -> Result<Box<dyn Stream>, HttpError> {
        let refused = |why: String| HttpError::Tls(format!("{}: {why}", permit.authority()));
        let config = self.trust.config(permit.ca_file()).await.map_err(refused)?;
        let name = match permit.host() {
            Host::Name(name) => ServerName::try_from(name.clone())
                .map_err(|_| refused("no certificate can have this name".to_owned()))?,
            Host::Address(address) => ServerName::from(*address),
        };
        let stream = TlsConnector::from(config).connect(name, socket).await;
        let stream = stream.map_err(|error| refused(explain(&error)))?;
        Ok(Box::new(stream))
    }
}

async fn dial_one(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    // What the permit was given for, and not what something in between made of it.
    if socket.peer_addr()? != address {
        return Err(io::Error::from(io::ErrorKind::AddrNotAvailable));
    }
    socket.set_nodelay(true)?;
    Ok(socket)
}

fn explain(error: &io::Error) -> String {
    let mut text = error.to_string();
    if text.contains("UnknownIssuer") {
        return "its certificate comes from nobody this machine trusts; a company's own authority \
                is named by `ca_file` in the grant"
            .to_owned();
    }
    // The names of a certificate are the server's to choose, and may be thousands.
    text.truncate(text.floor_char_boundary(MAX_CLAUSE_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// Linux takes the unspecified address for loopback: a dial that ends at another address than
    /// the one that was judged.
    #[tokio::test]
    async fn a_socket_that_ends_elsewhere_is_not_used() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let judged = listener.local_addr().expect("an address");
        assert!(dial_one(judged).await.is_ok());
        let elsewhere = SocketAddr::from(([0, 0, 0, 0], judged.port()));
        let error = dial_one(elsewhere).await.expect_err("another peer");
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn what_a_certificate_says_is_cut() {
        let long = io::Error::other("\u{e9}".repeat(MAX_CLAUSE_BYTES));
        let told = explain(&long);
        assert!(told.len() <= MAX_CLAUSE_BYTES && told.ends_with('\u{e9}'));
    }
}
