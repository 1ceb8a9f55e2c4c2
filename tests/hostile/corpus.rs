//! Every URL that a plugin might write to get out, asked of the egress policy with its own client:
//! what is refused opens no socket and asks for no name.
//!
//! The parts stand in `tests/fixtures/egress`. A URL is made of four of them, two at a time in every
//! combination; each says of itself whether it reads as what is granted, so that the right verdict of
//! the whole is known without the policy's own reading. What is counted is what left: names asked
//! for, sockets dialled, connections that came to the server.

use anyhow::{Context, bail, ensure};
use e2e::trick::Trick;
use sidepane::capability::http::{HttpBudget, HttpClient, HttpPlaces, OwnListeners, Terms};
use sidepane::capability::secret::Secrets;
use sidepane::model::http::{HttpError, Request, Response, Rule};
use sidepane::model::manifest::WantedHost;
use sidepane::policy::egress::{AllowedRule, EgressPolicy, WantedRule};
use sidepane::policy::limits::Limits;
use sidepane::policy::url::CanonicalUrl;
use sidepane::{Outbound, Received, Resolve, ResolveError, Resolving, Transport, Waiting};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The granted server's name.
const NAME: &str = "crm.example.test";

/// What the corpus came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    inputs: u64,
    denied: BTreeMap<&'static str, u64>,
    allowed: u64,
    lookups: u64,
    dials: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            inputs,
            allowed,
            lookups,
            dials,
            ..
        } = self;
        let denied: u64 = self.denied.values().sum();
        let rules = self
            .denied
            .iter()
            .map(|(rule, count)| format!("{rule} {count}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        write!(
            f,
            "egress: {inputs} inputs, {denied} denied ({rules}), {allowed} allowed, {lookups} names \
             asked for, {dials} dialled, 0 packets for what was denied"
        )
    }
}

/// Asks for every URL of the corpus with the real client and a real server on loopback.
///
/// # Errors
/// The first input that was judged wrongly, or for which something left.
pub(crate) async fn urls() -> anyhow::Result<Tally> {
    let server = Trick::says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
    let port = server.address.port();
    let names = Arc::new(Names::to(&[server.address.ip()]));
    let asker = Asker::new(
        &format!("http://{NAME}:{port}/v1"),
        true,
        Arc::clone(&names),
    );
    let (mut tally, mut wrong) = (Tally::default(), Vec::new());
    for (text, good) in inputs(port)? {
        tally.inputs += 1;
        let before = (names.asked(), asker.client.dials());
        let answer = asker.ask(&text).await;
        let left = (names.asked() - before.0, asker.client.dials() - before.1);
        let verdict = match &answer {
            Ok(_) => is_read_once(&text, port).map(|()| true),
            Err(HttpError::Denied(_)) => Ok(false),
            Err(other) => Err(anyhow::anyhow!("{text:?} came to {other:?}")),
        };
        match verdict {
            Ok(passed) if passed == good && left == (u64::from(good), u64::from(good)) => {}
            Ok(passed) => wrong.push(format!("{text:?}: let through {passed}, and {left:?} left")),
            Err(error) => wrong.push(format!("{error:#}")),
        }
        match answer {
            Err(HttpError::Denied(denial)) => {
                *tally.denied.entry(denial.rule.as_str()).or_default() += 1;
            }
            _ => tally.allowed += 1,
        }
    }
    let first = wrong.iter().take(20).map(String::as_str);
    let first = first.collect::<Vec<_>>().join("\n");
    ensure!(wrong.is_empty(), "{} judged wrongly:\n{first}", wrong.len());
    (tally.lookups, tally.dials) = (names.asked(), asker.client.dials());
    ensure!(tally.dials == tally.allowed && tally.lookups == tally.allowed);
    ensure!(
        server.connections() as u64 == tally.allowed,
        "{} connections for {} requests",
        server.connections(),
        tally.allowed
    );
    Ok(tally)
}

/// Asks for a name that leads to every address of the corpus, alone and beside a good one, and for
/// the address itself.
///
/// # Errors
/// The first address that was judged wrongly, or for which something left.
pub(crate) async fn addresses() -> anyhow::Result<Tally> {
    let public: IpAddr = "1.0.0.1".parse()?;
    let mut tally = Tally::default();
    for (mark, text) in marked(include_str!("../fixtures/egress/addresses.txt"))? {
        let address: IpAddr = text.parse().with_context(|| text.clone())?;
        let literal = match address {
            IpAddr::V4(address) => format!("http://{address}/"),
            IpAddr::V6(address) => format!("http://[{address}]/"),
        };
        let named = format!("http://{NAME}/");
        for private_network in [false, true] {
            let good = mark == '+' || (mark == '~' && private_network);
            for (url, answers) in [
                (&named, vec![address]),
                (&named, vec![public, address]),
                (&named, vec![address, public]),
                (&literal, Vec::new()),
            ] {
                tally.inputs += 1;
                let out = Arc::<Out>::default();
                let names = Arc::new(Names::to(&answers));
                let mut asker = Asker::new(url, private_network, Arc::clone(&names));
                asker.client = asker.client.over(Arc::clone(&out) as _);
                let outcome = asker.ask(url).await;
                let left = out.0.load(Ordering::SeqCst);
                tally.lookups += names.asked();
                tally.dials += left;
                match outcome {
                    Ok(_) => {
                        ensure!(good && left == 1, "{url} of {answers:?} was let through");
                        tally.allowed += 1;
                    }
                    Err(HttpError::Denied(denial)) => {
                        let by_address = denial.rule == Rule::Address;
                        ensure!(!good && by_address, "{url} of {answers:?}: {}", denial.why);
                        ensure!(left == 0, "{url} of {answers:?} was denied, and left");
                        *tally.denied.entry(denial.rule.as_str()).or_default() += 1;
                    }
                    Err(other) => bail!("{url} of {answers:?} came to {other:?}"),
                }
            }
        }
    }
    Ok(tally)
}

/// What was let through names the granted server and path, and reads the same the second time.
fn is_read_once(text: &str, port: u16) -> anyhow::Result<()> {
    let once = CanonicalUrl::parse(text)?;
    let written = once.to_string();
    let twice = CanonicalUrl::parse(&written)?;
    ensure!(
        once == twice && written == twice.to_string(),
        "{text:?} reads as {written}"
    );
    let granted = format!("http://{NAME}:{port}/v1");
    let rest = written.strip_prefix(&granted);
    ensure!(
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])),
        "{text:?} was read as {written}"
    );
    Ok(())
}

/// Every URL with the verdict it must get.
fn inputs(port: u16) -> anyhow::Result<Vec<(String, bool)>> {
    let port_text = port.to_string();
    let mut axes = Vec::new();
    for list in [
        include_str!("../fixtures/egress/schemes.txt"),
        include_str!("../fixtures/egress/hosts.txt"),
        include_str!("../fixtures/egress/ports.txt"),
        include_str!("../fixtures/egress/paths.txt"),
    ] {
        let parts = marked(list)?.into_iter();
        let parts = parts.map(|(mark, text)| (text.replace("{port}", &port_text), mark == '+'));
        axes.push(parts.collect::<Vec<_>>());
    }
    let base: Vec<_> = axes.iter().filter_map(|parts| parts.first()).collect();
    let mut all = Vec::new();
    for (one, first) in axes.iter().enumerate() {
        for (other, second) in axes.iter().enumerate().skip(one + 1) {
            for (text, good) in first {
                for (more, fits) in second {
                    let part = |axis: usize| match axis {
                        _ if axis == one => text.as_str(),
                        _ if axis == other => more.as_str(),
                        _ => base.get(axis).map_or("", |part| part.0.as_str()),
                    };
                    all.push(((0..4).map(part).collect(), *good && *fits));
                }
            }
        }
    }
    let tail = format!(":{port}/v1/x");
    all.extend(bent_names().map(|(name, good)| (format!("http://{name}{tail}"), good)));
    all.extend(bent_paths().map(|path| (format!("http://{NAME}:{port}{path}"), false)));
    for (bytes, good) in [(8 << 10, true), ((8 << 10) + 1, false), (1 << 20, false)] {
        let start = format!("http://{NAME}{tail}/");
        let rest = "x".repeat(bytes - start.len());
        all.push((start + &rest, good));
    }
    Ok(all)
}

/// The name with something in it at every place, and with every letter written in another way.
fn bent_names() -> impl Iterator<Item = (String, bool)> {
    // What the rules of international names leave out, and what they do not.
    let nothing =
        ["\u{ad}", "\u{200b}", "\u{2064}", "\u{feff}", "\u{3164}"].map(|text| (text, true));
    let something = [
        "\t",
        "\n",
        "\r",
        "\0",
        "\u{1}",
        "\u{7f}",
        " ",
        "\u{a0}",
        "\u{2028}",
        "\\",
        "/",
        "?",
        "#",
        "@",
        ":",
        ";",
        ",",
        "%",
        "%00",
        "%2e",
        "%2E",
        "%40",
        "%0d%0a",
        "[",
        "]",
        "<",
        ">",
        "\"",
        "'",
        "^",
        "|",
        "*",
        "{",
        "+",
        "=",
        "&",
        "$",
        "(",
        "\u{301}",
        "\u{200d}",
        "\u{202e}",
        "\u{2488}",
        "\u{e000}",
        "\u{fffd}",
        "\u{2060}\u{430}",
    ]
    .map(|text| (text, false));
    let inserted = nothing
        .into_iter()
        .chain(something)
        .flat_map(|(text, good)| {
            (0..=NAME.len()).map(move |at| {
                let (before, after) = NAME.split_at(at);
                (format!("{before}{text}{after}"), good)
            })
        });
    let letters = NAME
        .char_indices()
        .filter(|(_, letter)| letter.is_ascii_lowercase());
    let written = letters.flat_map(|(at, letter)| {
        let (before, after) = (&NAME[..at], &NAME[at + 1..]);
        let moved = |base: u32| char::from_u32(base + u32::from(letter) - u32::from('a'));
        let same = [
            Some(letter.to_ascii_uppercase()),
            // Full width, circled, bold, and written on a blackboard.
            moved(0xff41),
            moved(0x24d0),
            moved(0x1d41a),
            moved(0x1d552),
        ];
        let same = same
            .into_iter()
            .flatten()
            .map(String::from)
            .map(|text| (text, true));
        let other = [
            format!("%{:02x}", u32::from(letter)),
            format!("%25{:02x}", u32::from(letter)),
            format!("&#{};", u32::from(letter)),
            format!("\\x{:02x}", u32::from(letter)),
            // In brackets, and with an accent.
            moved(0x249c).map(String::from).unwrap_or_default(),
            format!("{letter}\u{308}"),
            String::new(),
        ];
        let other = other.into_iter().map(|text| (text, false));
        same.chain(other)
            .map(move |(text, good)| (format!("{before}{text}{after}"), good))
            .collect::<Vec<_>>()
    });
    inserted.chain(written)
}

/// The path with something at every place that no path of ours has.
fn bent_paths() -> impl Iterator<Item = String> {
    const PATH: &str = "/v1/x/y";
    let odd = [
        "\t",
        "\n",
        "\r",
        "\0",
        " ",
        "\u{85}",
        "\u{2029}",
        "\\",
        "#",
        ";",
        "%2f",
        "%5C",
        "%2e%2e%2f",
        "%00",
        "%0D%0A",
        "%3b",
        "%252f",
        "%25%32%66",
        "%",
        "%4",
        "%gg",
        "<",
        ">",
        "\"",
        "{",
        "}",
        "|",
        "^",
        "`",
        "\u{e9}",
        "\u{560a}",
        "/../",
        "/./",
        "//",
        "/..;/",
        "/%2e/",
        "/.%2E/",
        "/..\\",
    ];
    odd.into_iter().flat_map(|text| {
        (0..=PATH.len()).map(move |at| {
            let (before, after) = PATH.split_at(at);
            format!("{before}{text}{after}")
        })
    })
}

/// The lines of a list: mark and text.
fn marked(list: &str) -> anyhow::Result<Vec<(char, String)>> {
    let lines = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mark = line.chars().next().filter(|mark| "+-~".contains(*mark));
            let text = line
                .get(1..)
                .map(|text| text.strip_prefix(' ').unwrap_or(text));
            let (mark, text) = mark.zip(text).with_context(|| format!("no mark: {line}"))?;
            Ok((mark, unescaped(text).with_context(|| line.to_owned())?))
        })
        .collect()
}

/// A text with Rust's escapes read.
fn unescaped(text: &str) -> Option<String> {
    let mut read = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        read.push_str(rest.get(..at)?);
        let (escape, after) = rest.get(at + 1..)?.split_at_checked(1)?;
        rest = after;
        match escape {
            "t" => read.push('\t'),
            "n" => read.push('\n'),
            "r" => read.push('\r'),
            "0" => read.push('\0'),
            "\\" => read.push('\\'),
            "u" => {
                let (code, after) = rest.strip_prefix('{')?.split_once('}')?;
                read.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
                rest = after;
            }
            _ => return None,
        }
    }
    read.push_str(rest);
    Some(read)
}

/// A plugin's seat: one address asked for and granted, and a client of its own.
struct Asker {
    client: HttpClient,
    policy: EgressPolicy,
    secrets: Secrets,
    places: HttpPlaces,
    budget: HttpBudget,
}

impl Asker {
    fn new(url: &str, private_network: bool, names: Arc<Names>) -> Self {
        let wanted = WantedHost {
            url: url.to_owned(),
            methods: Vec::new(),
            reason: String::new(),
            secrets: Vec::new(),
        };
        let allowed = AllowedRule::parse::<&str>(url, &[], &[]).expect("a rule");
        Self {
            client: HttpClient::new(OwnListeners::default(), names),
            policy: EgressPolicy {
                wanted: vec![WantedRule::parse(&wanted).expect("a rule")],
                allowed: vec![AllowedRule {
                    private_network,
                    ..allowed
                }],
            },
            secrets: Secrets::default(),
            places: HttpPlaces::new(8),
            budget: HttpBudget::new(&Limits {
                http_requests: u32::MAX,
                http_bytes: u64::MAX,
                ..Limits::default()
            }),
        }
    }

    async fn ask(&self, url: &str) -> Result<Response, HttpError> {
        let request = Request {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: None,
            timeout_ms: None,
        };
        let terms = Terms {
            policy: &self.policy,
            secrets: &self.secrets,
            places: &self.places,
            budget: &self.budget,
            deadline: tokio::time::Instant::now() + Duration::from_secs(10),
        };
        self.client.send(request, &terms).await
    }
}

/// Leads the granted name to addresses, and counts how often it is asked.
#[derive(Debug)]
struct Names {
    addresses: Vec<IpAddr>,
    asked: AtomicU64,
}

impl Names {
    fn to(addresses: &[IpAddr]) -> Self {
        Self {
            addresses: addresses.to_vec(),
            asked: AtomicU64::new(0),
        }
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let found = match name {
            NAME => Ok(self.addresses.clone()),
            other => Err(ResolveError::Unknown(other.to_owned())),
        };
        Box::pin(std::future::ready(found))
    }
}

/// Counts what would leave, so that no address of the corpus is really dialled.
#[derive(Debug, Default)]
struct Out(AtomicU64);

impl Transport for Out {
    fn exchange<'a>(&'a self, _: Outbound<'a>) -> Waiting<'a, Result<Received, HttpError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(std::future::ready(Ok(
            http::Response::new(Vec::new()).into()
        )))
    }
}
