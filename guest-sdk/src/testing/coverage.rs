//! Whether a manifest asks for what a request needs: what a host would refuse, found in a test.

use crate::bindings::host::sidepane::plugin::http::{HeaderValue, Request};
use crate::manifest::{Host, Manifest};

/// What the manifest lacks for this request.
pub(super) fn missing(manifest: &Manifest, request: &Request) -> Vec<String> {
    let Request { method, url, .. } = request;
    let Some(target) = Place::of(url) else {
        return vec![format!("this is no absolute url: {url}")];
    };
    let reachable: Vec<&Host> = manifest
        .hosts
        .iter()
        .filter(|host| covers(&host.url, &target))
        .collect();
    if reachable.is_empty() {
        return vec![format!("the manifest has no host for {url}")];
    }
    let hosts: Vec<&Host> = reachable
        .into_iter()
        .filter(|host| allows(&host.methods, method))
        .collect();
    if hosts.is_empty() {
        return vec![format!(
            "the manifest's host for {url} does not list the method {method}"
        )];
    }
    secrets(request)
        .filter_map(|secret| {
            if !manifest.secrets.iter().any(|known| known.name == secret) {
                Some(format!("the manifest does not name the secret `{secret}`"))
            } else if !hosts
                .iter()
                .any(|host| host.secrets.iter().any(|name| name == secret))
            {
                Some(format!(
                    "the manifest's host for {url} does not list the secret `{secret}`"
                ))
            } else {
                None
            }
        })
        .collect()
}

fn secrets(request: &Request) -> impl Iterator<Item = &str> {
    request.headers.iter().filter_map(|(_, value)| match value {
        HeaderValue::Secret(secret) => Some(secret.name.as_str()),
        HeaderValue::Plain(_) => None,
    })
}

fn allows(methods: &[String], method: &str) -> bool {
    if methods.is_empty() {
        method == "GET"
    } else {
        methods.iter().any(|one| one == method)
    }
}

/// Whether a manifest's pattern covers a URL: scheme, host by labels, port, path by segments.
fn covers(pattern: &str, target: &Place<'_>) -> bool {
    let Some(pattern) = Place::of(pattern) else {
        return false;
    };
    let host = match pattern.host.strip_prefix('*') {
        None => pattern.host.eq_ignore_ascii_case(target.host),
        Some("") => true,
        Some(parent) => {
            let (host, parent) = (
                target.host.to_ascii_lowercase(),
                parent.to_ascii_lowercase(),
            );
            host.len() > parent.len() && host.ends_with(&parent)
        }
    };
    let prefix = pattern.path.trim_end_matches('/');
    let path = target
        .path
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let port = match pattern.port {
        // Who alone knows the host alone knows its port.
        None if pattern.host == "*" => true,
        _ => pattern.port() == target.port(),
    };
    host && path && port && pattern.scheme == target.scheme
}

/// The parts of a URL that a grant is about.
struct Place<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
    path: &'a str,
}

impl<'a> Place<'a> {
    fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let rest = rest.split(['?', '#']).next()?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (authority, None),
        };
        (!host.is_empty()).then_some(Self {
            scheme,
            host,
            port,
            path,
        })
    }

    /// The port, the scheme's own where none is written.
    fn port(&self) -> &'a str {
        let default = if self.scheme == "http" { "80" } else { "443" };
        self.port.unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_whole_labels_and_segments() {
        for (pattern, url, covered) in [
            (
                "https://a.example/v1/",
                "https://a.example/v1/orders?x=/",
                true,
            ),
            ("https://a.example/v1/", "https://a.example/v1", true),
            ("https://a.example/v1", "https://a.example/v1/orders", true),
            (
                "https://a.example/v1/",
                "https://a.example/v10/orders",
                false,
            ),
            ("https://a.example/", "https://A.example", true),
            ("https://a.example/", "https://b.a.example/", false),
            ("https://a.example/", "http://a.example/", false),
            ("https://a.example/", "https://a.example:8443/", false),
            ("https://a.example:443/", "https://a.example/", true),
            (
                "http://127.0.0.1:7119/v1/",
                "http://127.0.0.1:7119/v1/x",
                true,
            ),
            ("http://[::1]/", "http://[::1]:80/", true),
            ("https://*.example/", "https://b.a.example/", true),
            ("https://*.example/", "https://example/", false),
            ("https://*.a.example/", "https://nota.example/", false),
            ("https://*", "https://any.where/at/all", true),
            ("https://*/at", "https://any.where:8443/at/all", true),
            ("https://*:443", "https://any.where:8443/at/all", false),
            ("https://*", "http://any.where/", false),
        ] {
            let target = Place::of(url).unwrap();
            assert_eq!(covers(pattern, &target), covered, "{pattern} {url}");
        }
        assert!(Place::of("/v1/orders").is_none());
    }
}
