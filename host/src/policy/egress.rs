//! Whether a request may leave: the manifest asks for it and the grant allows it.

use super::header::RequestHeaders;
use super::method::{Methods, parse_method};
use super::pattern::UrlPattern;
use super::permit::HostPermit;
pub use super::rule::{AllowedRule, RuleError, WantedRule};
use super::url::CanonicalUrl;
use crate::model::http::{Denial, HeaderValue, Request, Rule};
use http::Method;

/// What manifest and grant together let one plugin do. A request has to match a rule of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    /// The manifest's.
    pub wanted: Vec<WantedRule>,
    /// The grant's.
    pub allowed: Vec<AllowedRule>,
}

impl EgressPolicy {
    /// Decides whether `request` may go to its host, address aside. Nothing is asked of anybody.
    ///
    /// Where several rules of the grant allow it, one that opens private networks goes before one
    /// that does not, and then the first.
    ///
    /// # Errors
    /// A [`Denial`] naming the rule. Its hint holds the grant's lines that would allow the request.
    /// There is none where no lines could: a malformed request, a header that is never sent, an
    /// address that is never opened, and what the manifest does not ask for. The last is the
    /// author's to change, and the clause says so.
    pub fn judge(&self, request: &Request) -> Result<HostPermit, Denial> {
        let url = CanonicalUrl::parse(&request.url)
            .map_err(|error| refuse(error.rule(), error.to_string()))?;
        let method = parse_method(&request.method)
            .map_err(|error| refuse(Rule::Method, error.to_string()))?;
        let asked = Asked {
            url: &url,
            method: &method,
            secrets: secret_names(request),
        };
        let wanted = asked.matching(&self.wanted, |rule| (&rule.pattern, &rule.methods));
        let wanted = wanted.map_err(|(rule, _)| asked.unwanted(rule))?;
        let allowed = asked.matching(&self.allowed, |rule| (&rule.pattern, &rule.methods));
        let allowed = allowed.map_err(|(rule, near)| asked.ungranted(rule, near, &wanted))?;
        let headers = RequestHeaders::check(&request.headers)
            .map_err(|error| refuse(Rule::Header, error.to_string()))?;
        asked.check_wanted_secrets(&wanted)?;
        let allowed = asked.with_secrets(allowed)?;
        let rule = choose(&allowed, &headers).ok_or_else(|| {
            refuse(
                Rule::Header,
                format!(
                    "the grant binds a secret to {}, and the plugin writes an `authorization` of \
                     its own; send the secret, or have the grant name this path in a rule \
                     without secrets",
                    url.origin()
                ),
            )
        })?;
        let rule = rule.clone();
        Ok(HostPermit::new(url, method, headers, rule))
    }

    /// What manifest and grant have in common: the permissions that the plugin really has.
    pub fn effective(&self) -> Vec<AllowedRule> {
        let pairs = self
            .allowed
            .iter()
            .flat_map(|allowed| self.wanted.iter().map(move |wanted| (allowed, wanted)));
        let mut rules: Vec<AllowedRule> = Vec::new();
        for rule in pairs.filter_map(|(allowed, wanted)| allowed.meet(wanted)) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        rules
    }

    /// What the manifest asks for and no rule of the grant gives, not even a part of it.
    pub fn ungranted(&self) -> impl Iterator<Item = &WantedRule> {
        let given = |wanted: &WantedRule| {
            self.allowed
                .iter()
                .any(|allowed| allowed.meet(wanted).is_some())
        };
        self.wanted.iter().filter(move |wanted| !given(wanted))
    }

    /// Rules of the grant that the manifest asks nothing of: without effect, often a typing error.
    pub fn unwanted(&self) -> impl Iterator<Item = &AllowedRule> {
        let used = |allowed: &AllowedRule| {
            self.wanted
                .iter()
                .any(|wanted| allowed.meet(wanted).is_some())
        };
        self.allowed.iter().filter(move |allowed| !used(allowed))
    }
}

/// A credential of the plugin's own may not stand where the operator bound one: it would send the
/// company's data to an account of somebody else's on a server that the operator trusts.
fn choose<'a>(allowed: &[&'a AllowedRule], headers: &RequestHeaders) -> Option<&'a AllowedRule> {
    let own_credential = headers.has_plain_authorization();
    let mut fitting = allowed
        .iter()
        .filter(|rule| rule.secrets.is_empty() || !own_credential);
    let first = fitting.next()?;
    let private = std::iter::once(first)
        .chain(fitting)
        .find(|rule| rule.private_network);
    Some(private.unwrap_or(first))
}

fn secret_names(request: &Request) -> Vec<&str> {
    let names = request.headers.iter().filter_map(|(_, value)| match value {
        HeaderValue::Secret { name, .. } => Some(name.as_str()),
        HeaderValue::Plain(_) => None,
    });
    names.collect()
}

fn refuse(rule: Rule, why: String) -> Denial {
    Denial {
        rule,
        why,
        hint: None,
    }
}

/// One request's parts that rules are asked about.
struct Asked<'a> {
    url: &'a CanonicalUrl,
    method: &'a Method,
    secrets: Vec<&'a str>,
}

impl Asked<'_> {
    /// All rules that take URL and method, else how far the best one got, and which it was.
    fn matching<'r, R>(
        &self,
        rules: &'r [R],
        parts: impl Fn(&R) -> (&UrlPattern, &Methods),
    ) -> Result<Vec<&'r R>, (Rule, Option<&'r R>)> {
        let mut fitting = Vec::new();
        let mut nearest: Option<(Rule, &R)> = None;
        for rule in rules {
            let (pattern, methods) = parts(rule);
            let verdict = pattern.check(self.url).and_then(|()| {
                let fits = methods.contains(self.method);
                fits.then_some(()).ok_or(Rule::Method)
            });
            match verdict {
                Ok(()) => fitting.push(rule),
                // Rules stand in the order in which they are asked: the later, the nearer.
                Err(why) if nearest.is_none_or(|(best, _)| (why as u8) > (best as u8)) => {
                    nearest = Some((why, rule));
                }
                Err(_) => {}
            }
        }
        match nearest {
            _ if !fitting.is_empty() => Ok(fitting),
            Some((why, rule)) => Err((why, Some(rule))),
            None => Err((Rule::Host, None)),
        }
    }

    fn unwanted(&self, rule: Rule) -> Denial {
        refuse(
            rule,
            format!(
                "the manifest does not ask for {} {}; a grant cannot add it, the plugin's author \
                 has to",
                self.method,
                self.url.origin()
            ),
        )
    }

    fn ungranted(&self, rule: Rule, near: Option<&AllowedRule>, wanted: &[&WantedRule]) -> Denial {
        let mut denial = refuse(
            rule,
            format!(
                "the grant does not allow {} {}",
                self.method,
                self.url.origin()
            ),
        );
        if self.url.host().is_never_opened() {
            return denial;
        }
        let lacks_method = near.filter(|_| rule == Rule::Method);
        denial.hint = match (lacks_method, self.best_wanted(wanted)) {
            (Some(near), _) => {
                let mut rule = near.clone();
                rule.methods.add(self.method.clone());
                Some(rule.to_toml())
            }
            (None, Some(wanted)) => Some(self.suggest(wanted).to_toml()),
            (None, None) => None,
        };
        denial
    }

    /// The rule that would allow this request and as little else as can be said.
    fn suggest(&self, wanted: &WantedRule) -> AllowedRule {
        let mut secrets = Vec::new();
        for secret in &wanted.secrets {
            if self.secrets.contains(&secret.as_str()) && !secrets.contains(secret) {
                secrets.push(secret.clone());
            }
        }
        AllowedRule {
            pattern: wanted.pattern.at_host_of(self.url),
            methods: Methods::only(self.method.clone()),
            secrets,
            private_network: self.url.host().looks_private(),
            ca_file: None,
        }
    }

    /// The rule that names all secrets, else any.
    fn best_wanted<'r>(&self, wanted: &[&'r WantedRule]) -> Option<&'r WantedRule> {
        let full = wanted
            .iter()
            .find(|rule| self.missing(&rule.secrets).is_none());
        full.or(wanted.first()).copied()
    }

    /// The first secret of the request that is not among `named`.
    fn missing(&self, named: &[String]) -> Option<&str> {
        let is_named = |secret: &str| named.iter().any(|name| name == secret);
        self.secrets
            .iter()
            .find(|secret| !is_named(secret))
            .copied()
    }

    fn check_wanted_secrets(&self, wanted: &[&WantedRule]) -> Result<(), Denial> {
        let rule = self.best_wanted(wanted);
        match rule.and_then(|rule| self.missing(&rule.secrets)) {
            None => Ok(()),
            Some(secret) => Err(refuse(
                Rule::Secret,
                format!(
                    "the manifest does not ask to send the secret {:?} to {}; a grant cannot add \
                     it, the plugin's author has to",
                    secret,
                    self.url.origin()
                ),
            )),
        }
    }

    fn with_secrets<'r>(
        &self,
        allowed: Vec<&'r AllowedRule>,
    ) -> Result<Vec<&'r AllowedRule>, Denial> {
        let (full, lacking): (Vec<_>, Vec<_>) = allowed
            .into_iter()
            .partition(|rule| self.missing(&rule.secrets).is_none());
        let Some((near, secret)) = lacking
            .first()
            .filter(|_| full.is_empty())
            .and_then(|rule| Some((rule, self.missing(&rule.secrets)?)))
        else {
            return Ok(full);
        };
        let mut rule = (*near).clone();
        for secret in &self.secrets {
            if !rule.secrets.iter().any(|name| name == secret) {
                rule.secrets.push((*secret).to_owned());
            }
        }
        Err(Denial {
            rule: Rule::Secret,
            why: format!(
                "the grant does not bind the secret {secret:?} to {}",
                self.url.origin()
            ),
            hint: Some(rule.to_toml()),
        })
    }
}

#[cfg(test)]
#[path = "egress_tests.rs"]
pub(crate) mod tests;
