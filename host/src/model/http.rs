//! A plugin's HTTP requests and what becomes of them; as in `wit/http.wit`.

use std::fmt;

/// One request as the plugin wrote it, judged by nobody yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// In capitals.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Names in any case.
    pub headers: Vec<(String, HeaderValue)>,
    /// None sends no body.
    pub body: Option<Body>,
    /// For the whole exchange, in milliseconds; none is what the call has left.
    pub timeout_ms: Option<u32>,
}

/// The value of a request header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    /// As written.
    Plain(String),
    /// Written by the host from a secret.
    Secret {
        /// The secret's name in manifest and grant.
        name: String,
        /// How it is written.
        format: SecretFormat,
    },
}

/// How a secret becomes a header value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretFormat {
    /// The secret alone.
    Raw,
    /// `Bearer ` and the secret.
    Bearer,
    /// `Basic `, base64 of `secret:password`.
    BasicUser {
        /// The password beside it.
        password: String,
    },
    /// `Basic `, base64 of `user:secret`.
    BasicPassword {
        /// The user beside it.
        user: String,
    },
}

/// A server's answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 200 to 599.
    pub status: u16,
    /// Names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Body,
}

/// The bytes of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Valid UTF-8.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Body {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        match self {
            Body::Text(text) => text.len(),
            Body::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes, without copying them.
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Body::Text(text) => text.into_bytes(),
            Body::Bytes(bytes) => bytes,
        }
    }

    /// Text where the bytes are UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Body::Text(text),
            Err(error) => Body::Bytes(error.into_bytes()),
        }
    }
}

/// Why there is no answer. With `Denied` and `Quota` nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError {
    /// Not allowed.
    Denied(Denial),
    /// The name does not resolve.
    Dns(String),
    /// No connection.
    Connect(String),
    /// No trusted connection.
    Tls(String),
    /// Too slow, in this phase.
    Timeout(Phase),
    /// A body has more bytes than this limit.
    TooLarge(u32),
    /// The call's budget is used up; the text names which part.
    Quota(String),
    /// The answer is not HTTP, or broke off.
    Protocol(String),
    /// Anything else.
    Other(String),
}

/// Which rule refused a request, why, and what would allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The rule that said no.
    pub rule: Rule,
    /// A clause for the operator's log: what was asked and why it is refused.
    pub why: String,
    /// The lines of the grant that would allow it; none when nothing can.
    pub hint: Option<String>,
}

/// The rules of the egress policy, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The text is no URL that may be asked for.
    Url,
    /// The scheme.
    Scheme,
    /// The host's name.
    Host,
    /// The port.
    Port,
    /// The path.
    Path,
    /// The method.
    Method,
    /// A header.
    Header,
    /// A secret that is not bound to this host.
    Secret,
    /// The address that the name resolves to.
    Address,
}

impl Rule {
    /// All of them, in this order.
    pub const ALL: [Self; 9] = [
        Rule::Url,
        Rule::Scheme,
        Rule::Host,
        Rule::Port,
        Rule::Path,
        Rule::Method,
        Rule::Header,
        Rule::Secret,
        Rule::Address,
    ];

    /// The word in `http-error.denied`.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Url => "url",
            Rule::Scheme => "scheme",
            Rule::Host => "host",
            Rule::Port => "port",
            Rule::Path => "path",
            Rule::Method => "method",
            Rule::Header => "header",
            Rule::Secret => "secret",
            Rule::Address => "address",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a request was when its time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Asking for the address.
    Resolve,
    /// Waiting for the connection.
    Connect,
    /// Agreeing on keys.
    Tls,
    /// Sending.
    Send,
    /// Waiting for the first byte.
    Wait,
    /// Reading the answer.
    Receive,
}

impl Phase {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [
        Phase::Resolve,
        Phase::Connect,
        Phase::Tls,
        Phase::Send,
        Phase::Wait,
        Phase::Receive,
    ];

    /// The phase as one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Resolve => "resolve",
            Phase::Connect => "connect",
            Phase::Tls => "tls",
            Phase::Send => "send",
            Phase::Wait => "wait",
            Phase::Receive => "receive",
        }
    }
}
