//! Scheme and host of a URL.

use super::address::{AddressClass, classify};
use std::fmt;
use std::net::IpAddr;

/// The schemes there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain text.
    Http,
    /// TLS.
    Https,
}

/// Where a URL points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name: ASCII, lower case, no dot at the end.
    Name(String),
    /// An address written out, in whatever spelling.
    Address(IpAddr),
}

impl Scheme {
    /// The port where none is written.
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }

    /// The scheme as text.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Host {
    /// Whether it stands by its spelling for the machine or network that the host runs in. Only
    /// for hints: what counts is the address that is dialled.
    pub fn looks_private(&self) -> bool {
        match self {
            Host::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Address(address) => classify(*address).opens_with_private_network(),
        }
    }

    /// Whether it is an address that no grant opens.
    pub fn is_never_opened(&self) -> bool {
        match self {
            Host::Name(_) => false,
            Host::Address(address) => {
                let class = classify(*address);
                class != AddressClass::Public && !class.opens_with_private_network()
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Name(name) => f.write_str(name),
            Host::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}
