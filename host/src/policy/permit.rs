//! The two permits without which nothing is dialled. Only [`EgressPolicy`](super::egress) makes the
//! first, and only the first makes the second.

use super::address::{AddressClass, classify};
use super::egress::AllowedRule;
use super::header::RequestHeaders;
use super::url::{CanonicalUrl, Host, Scheme};
use crate::model::http::{Denial, Rule};
use http::Method;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// This request may go to this host, whatever its address turns out to be.
#[derive(Clone, Debug)]
pub struct HostPermit {
    url: CanonicalUrl,
    method: Method,
    headers: RequestHeaders,
    rule: AllowedRule,
}

impl HostPermit {
    pub(super) fn new(
        url: CanonicalUrl,
        method: Method,
        headers: RequestHeaders,
        rule: AllowedRule,
    ) -> Self {
        Self {
            url,
            method,
            headers,
            rule,
        }
    }

    /// Where it goes.
    pub fn url(&self) -> &CanonicalUrl {
        &self.url
    }

    /// The method it uses.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The headers it carries. Every secret that they name may be sent to this host.
    pub fn headers(&self) -> &RequestHeaders {
        &self.headers
    }

    /// Whether the grant opens private networks for it.
    pub fn private_network(&self) -> bool {
        self.rule.private_network
    }

    /// Whether its server is one that the grant gives secrets to, or this request carries one.
    pub fn is_given_secrets(&self) -> bool {
        !self.rule.secrets.is_empty() || self.headers.secrets().next().is_some()
    }

    /// Judges the addresses that the host's name led to. All of them have to be allowed: a name
    /// with a public and a private address is somebody's attempt, not a server.
    ///
    /// `own` are this host's listeners. They are never dialled, so that a plugin cannot speak to
    /// the admin listener with the trust of loopback; an unspecified address among them stands
    /// for the whole machine.
    ///
    /// # Errors
    /// A [`Denial`] by the rule `address`, with the grant's lines where `private_network = true`
    /// would allow it.
    pub fn admit(
        &self,
        addresses: &[SocketAddr],
        own: &[SocketAddr],
    ) -> Result<DialPermit, Denial> {
        if addresses.is_empty() {
            return Err(self.refuse("no address".to_owned(), None));
        }
        for address in addresses {
            self.admit_one(*address, own)?;
        }
        Ok(DialPermit {
            host: self.url.host().clone(),
            scheme: self.url.scheme(),
            authority: self.url.authority(),
            ca_file: self.rule.ca_file.as_deref().map(Into::into),
            addresses: addresses.to_vec(),
        })
    }

    fn admit_one(&self, address: SocketAddr, own: &[SocketAddr]) -> Result<(), Denial> {
        if address.port() != self.url.port() {
            return Err(self.refuse("an address with another port".to_owned(), None));
        }
        if own.iter().any(|listener| is_own(address, *listener)) {
            return Err(self.refuse("one of this host's own listeners".to_owned(), None));
        }
        let class = match address {
            // A zone id ties the address to one network card.
            SocketAddr::V6(address) if address.scope_id() != 0 => AddressClass::LinkLocal,
            address => classify(address.ip()),
        };
        let found = format!("a {class} address");
        match class {
            AddressClass::Public => Ok(()),
            class if class.opens_with_private_network() => {
                if self.rule.private_network {
                    return Ok(());
                }
                let mut rule = self.rule.clone();
                rule.private_network = true;
                Err(self.refuse(found, Some(rule.to_toml())))
            }
            _ => Err(self.refuse(found, None)),
        }
    }

    fn refuse(&self, found: String, hint: Option<String>) -> Denial {
        let origin = self.url.origin();
        let advice = match hint {
            Some(_) => "; the grant's rule has to say `private_network = true`",
            None => ", which no grant opens",
        };
        Denial {
            rule: Rule::Address,
            why: format!("{origin} leads to {found}{advice}"),
            hint,
        }
    }
}

/// These very addresses may be dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialPermit {
    host: Host,
    scheme: Scheme,
    authority: String,
    ca_file: Option<Box<Path>>,
    addresses: Vec<SocketAddr>,
}

impl DialPermit {
    /// The addresses, in the order of the answer. At least one.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The host whose certificate the server has to show.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Whether TLS is spoken.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Host and port, for messages.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Certificates to trust beside the system's.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }
}

fn is_own(address: SocketAddr, listener: SocketAddr) -> bool {
    let same_machine = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    address.port() == listener.port()
        && (address.ip() == listener.ip()
            || (listener.ip().is_unspecified() && same_machine(address.ip()))
            // Systems read the unspecified address as loopback.
            || (address.ip().is_unspecified() && same_machine(listener.ip())))
}

#[cfg(test)]
mod tests {
    use super::super::egress::{EgressPolicy, WantedRule};
    use super::*;
    use crate::model::http::Request;
    use crate::model::manifest::WantedHost;

    fn permit(url: &str, private_network: bool) -> HostPermit {
        let wanted = WantedHost {
            url: url.to_owned(),
            methods: Vec::new(),
            reason: String::new(),
            secrets: Vec::new(),
        };
        let mut allowed = AllowedRule::parse::<&str>(url, &[], &[]).expect("a rule");
        allowed.private_network = private_network;
        let policy = EgressPolicy {
            wanted: vec![WantedRule::parse(&wanted).expect("a rule")],
            allowed: vec![allowed],
        };
        policy
            .judge(&Request {
                method: "GET".to_owned(),
                url: url.to_owned(),
                headers: Vec::new(),
                body: None,
                timeout_ms: None,
            })
            .expect("a permit")
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().expect(text)).collect()
    }

    #[test]
    fn one_bad_address_refuses_them_all() {
        let permit = permit("https://shop.test/", false);
        let public = addresses(&["1.1.1.1:443", "[2606:4700::1111]:443"]);
        let dial = permit.admit(&public, &[]).expect("public addresses");
        assert_eq!(dial.addresses(), public);
        for (mix, hinted) in [
            (&["1.1.1.1:443", "127.0.0.1:443"][..], true),
            (&["10.0.0.1:443"], true),
            (&["[fd12::1]:443"], true),
            (&["100.64.0.1:443", "1.1.1.1:443"], true),
            (&["169.254.169.254:443"], false),
            (&["[::ffff:1.1.1.1]:443"], false),
            (&["0.0.0.0:443"], false),
            (&["[2606:4700::1111%3]:443"], false),
            (&["1.1.1.1:444"], false),
            (&[], false),
        ] {
            let denial = permit.admit(&addresses(mix), &[]).expect_err("a denial");
            assert_eq!(denial.rule, Rule::Address, "{mix:?}");
            let hint = denial.hint.unwrap_or_default();
            assert_eq!(
                hint.contains("private_network = true"),
                hinted,
                "{mix:?}: {hint}"
            );
            assert_eq!(
                hint.contains("https://shop.test/"),
                hinted,
                "{mix:?}: {hint}"
            );
        }
    }

    #[test]
    fn a_private_network_opens_companies_and_nothing_else() {
        let permit = permit("http://crm.test:7119/", true);
        for good in [
            "127.0.0.1:7119",
            "10.0.0.1:7119",
            "[::1]:7119",
            "[fd12::1]:7119",
            "1.1.1.1:7119",
        ] {
            assert!(permit.admit(&addresses(&[good]), &[]).is_ok(), "{good}");
        }
        for shut in [
            "169.254.169.254:7119",
            "0.0.0.0:7119",
            "[::]:7119",
            "[fe80::1]:7119",
            "[fd00:ec2::254]:7119",
            "[::ffff:127.0.0.1]:7119",
            "224.0.0.1:7119",
        ] {
            let denial = permit.admit(&addresses(&[shut]), &[]).expect_err(shut);
            assert_eq!(denial.hint, None, "{shut}");
        }
    }

    #[test]
    fn own_listeners_are_never_dialled() {
        let permit = permit("http://crm.test:7118/", true);
        for (target, own, refused) in [
            ("127.0.0.1:7118", "127.0.0.1:7118", true),
            ("127.0.0.1:7118", "0.0.0.0:7118", true),
            ("127.9.9.9:7118", "0.0.0.0:7118", true),
            ("[::1]:7118", "[::]:7118", true),
            ("127.0.0.1:7118", "[::]:7118", true),
            ("10.0.0.1:7118", "10.0.0.1:7118", true),
            ("127.0.0.1:7118", "127.0.0.1:7117", false),
            ("10.0.0.1:7118", "127.0.0.1:7118", false),
        ] {
            let verdict = permit.admit(&addresses(&[target]), &addresses(&[own]));
            assert_eq!(verdict.is_err(), refused, "{target} {own}");
            if let Err(denial) = verdict {
                assert!(denial.why.contains("own listeners"), "{}", denial.why);
                assert_eq!(denial.hint, None);
            }
        }
    }
}
