//! From a name to its addresses, once for each request.

use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The most addresses of one name. The busiest services answer with two dozen; who answers with more
/// wants them tried one after the other.
const MAX_ANSWERS: usize = 32;

/// Names asked for at one time. The system's resolver keeps a thread for each, also after the one
/// who asked has gone.
const MAX_LOOKUPS: usize = 32;

/// What a resolver answers, later.
pub type Resolving<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>>;

/// Turns names into addresses. The one place besides the socket where a request meets the network.
pub trait Resolve: Send + Sync + 'static {
    /// All addresses of `name`, which is ASCII, lower case and without a dot at its end. The
    /// caller bounds the time.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}

/// Why a name has no addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Nobody knows it, or nobody answered.
    #[error("the name `{0}` does not resolve")]
    Unknown(String),
    /// It has more addresses than a server would.
    #[error("the name `{name}` has {count} addresses; at most {MAX_ANSWERS} are taken")]
    TooMany {
        /// The name.
        name: String,
        /// How many there are.
        count: usize,
    },
}

/// The machine's own resolver, with its hosts file.
#[derive(Debug)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self {
            lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)),
        }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let unknown = || ResolveError::Unknown(name.to_owned());
            let place = Arc::clone(&self.lookups).acquire_owned().await;
            let place = place.map_err(|_| unknown())?;
            let asked = name.to_owned();
            let lookup = tokio::task::spawn_blocking(move || {
                // Given back when the system's resolver is done, not when the caller has left.
                let _place = place;
                let found = (asked.as_str(), 0).to_socket_addrs();
                found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>())
            });
            lookup.await.ok().and_then(Result::ok).ok_or_else(unknown)
        })
    }
}

/// Each address once, in the order of the answer; none and too many are errors.
pub(super) fn check_answers(name: &str, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, ResolveError> {
    let count = found.len();
    if count > MAX_ANSWERS {
        let name = name.to_owned();
        return Err(ResolveError::TooMany { name, count });
    }
    let mut addresses = Vec::with_capacity(count);
    for address in found {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(ResolveError::Unknown(name.to_owned()));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn answers_are_single_and_bounded() {
        let address = |last| IpAddr::from(Ipv4Addr::new(1, 1, 1, last));
        let twice = vec![address(1), address(2), address(1)];
        assert_eq!(
            check_answers("a.test", twice),
            Ok(vec![address(1), address(2)])
        );
        let unknown = ResolveError::Unknown("a.test".to_owned());
        assert_eq!(check_answers("a.test", Vec::new()), Err(unknown));
        let many: Vec<_> = (0..33).map(address).collect();
        let error = check_answers("a.test", many).expect_err("too many");
        assert!(error.to_string().contains("33 addresses"), "{error}");
    }

    #[tokio::test]
    async fn the_system_knows_this_machine_and_not_an_invalid_name() {
        let resolver = SystemResolver::default();
        let found = resolver.resolve("localhost").await.expect("addresses");
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
        let name = "a".repeat(64);
        assert_eq!(
            resolver.resolve(&name).await,
            Err(ResolveError::Unknown(name.clone()))
        );
    }
}
