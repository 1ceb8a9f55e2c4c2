//! The address of a request: placeholders in segments of its path and in values of its query.

use crate::template::Template;
use sidepane_sdk::{Context, url};

/// An address, taken apart where values may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Scheme, host and port, as they are written.
    server: String,
    /// Each with its slash left out.
    segments: Vec<Template>,
    query: Option<Template>,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// It is none, or a placeholder stands where it could lead elsewhere.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| text.starts_with(scheme));
        let scheme = scheme.ok_or("`url` begins with https:// or http://, and is written out")?;
        let rest = text.get(scheme.len()..).unwrap_or_default();
        if rest.contains('#') {
            return Err("`url` has a `#`, which is not sent to any server; leave it out".into());
        }
        let (before, query) = match rest.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (rest, None),
        };
        let (host, path) = before.split_once('/').unwrap_or((before, ""));
        if host.is_empty() || host.contains("{{") || host.contains('@') {
            return Err(
                "`url` names its server itself, without placeholder, user and password".into(),
            );
        }
        Ok(Self {
            server: format!("{scheme}{host}"),
            segments: path
                .split('/')
                .map(Template::parse)
                .collect::<Result<_, _>>()?,
            query: query.map(read_query).transpose()?,
        })
    }

    /// The host, for people.
    pub(crate) fn host(&self) -> &str {
        let (_, host) = self.server.split_once("://").unwrap_or_default();
        host.split(':').next().unwrap_or_default()
    }

    /// The address for this contact.
    ///
    /// # Errors
    ///
    /// A value would lead out of its segment: it says `.` or `..`, which nothing can encode.
    pub(crate) fn fill(&self, context: &Context) -> Result<String, String> {
        let mut address = self.server.clone();
        for segment in &self.segments {
            let filled = segment.fill(context, url::encode);
            let dots = filled.to_ascii_lowercase().replace("%2e", ".");
            if segment.plain().is_none() && matches!(dots.as_str(), "." | "..") {
                return Err("a value of dots cannot stand in an address".into());
            }
            address.push('/');
            address.push_str(&filled);
        }
        if let Some(query) = &self.query {
            address.push('?');
            address.push_str(&query.fill(context, url::encode));
        }
        Ok(address)
    }
}

/// A query: its names are the operator's.
fn read_query(text: &str) -> Result<Template, String> {
    for pair in text.split('&') {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        if name.contains("{{") {
            return Err(format!(
                "`{name}` in the query of `url` is a name; a placeholder may stand behind a `=` alone"
            ));
        }
    }
    Template::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidepane_sdk::testing::context;

    fn of(id: &str) -> Context {
        Context {
            external_id: Some(id.into()),
            ..context()
        }
    }

    fn fill(address: &str, id: &str) -> Result<String, String> {
        Address::parse(address).expect(address).fill(&of(id))
    }

    #[test]
    fn a_value_stays_in_its_segment_and_in_its_value() {
        for (address, id, want) in [
            ("https://a.example", "x", "https://a.example/"),
            (
                "https://a.example:8443/v1/{{user.id}}/o",
                "7",
                "https://a.example:8443/v1/7/o",
            ),
            (
                "https://a.example/{{user.id}}",
                "../admin?x#y",
                "https://a.example/..%2Fadmin%3Fx%23y",
            ),
            (
                "https://a.example/{{user.id}}",
                "a%2Fb",
                "https://a.example/a%252Fb",
            ),
            (
                "https://a.example/c-{{user.id}}.json",
                "..",
                "https://a.example/c-...json",
            ),
            (
                "https://a.example/{{user.id}}/o",
                "",
                "https://a.example//o",
            ),
            (
                "http://a.example/s?q={{user.id}}&n=1",
                "a&n=2;m=3+4 å",
                "http://a.example/s?q=a%26n%3D2%3Bm%3D3%2B4%20%C3%A5&n=1",
            ),
            (
                "https://a.example/s?q=id:{{user.id}}",
                "\"x\"",
                "https://a.example/s?q=id:%22x%22",
            ),
        ] {
            assert_eq!(fill(address, id).as_deref(), Ok(want), "{address} {id}");
        }
    }

    #[test]
    fn a_value_of_dots_leads_nowhere() {
        for (address, id) in [
            ("https://a.example/v1/{{user.id}}/o", ".."),
            ("https://a.example/v1/{{user.id}}", "."),
            ("https://a.example/v1/.{{user.id}}", "."),
            ("https://a.example/v1/%2E{{user.id}}", "."),
            ("https://a.example/v1/.{{user.id}}", ""),
        ] {
            let error = fill(address, id).expect_err(address);
            assert!(error.contains("dots"), "{error}");
        }
    }

    #[test]
    fn a_placeholder_elsewhere_is_an_error() {
        for (address, why) in [
            ("{{user.id}}", "begins with https://"),
            ("/app/extension_proxy", "begins with https://"),
            ("https://{{user.id}}.example/", "names its server itself"),
            ("https://a.example:{{user.id}}/", "names its server itself"),
            ("https://me:pw@a.example/", "names its server itself"),
            ("https:///v1", "names its server itself"),
            ("https://a.example/#{{user.id}}", "has a `#`"),
            ("https://a.example/?{{user.id}}=1", "is a name"),
            ("https://a.example/?a=1&{{user.id}}", "is a name"),
            (
                "https://a.example/{{secret.api_key}}",
                "value of a header alone",
            ),
            (
                "https://a.example/?key={{secret.api_key}}",
                "value of a header alone",
            ),
        ] {
            let error = Address::parse(address).expect_err(address);
            assert!(error.contains(why), "{address}: {error}");
        }
    }
}
