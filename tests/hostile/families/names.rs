//! N6: names that lead where nobody should go. The resolver is the case's own.

use crate::case::{self, Answer, Built, Case};
use anyhow::{Context as _, ensure};
use e2e::host::engine;
use e2e::trick::Trick;
use sidepane::{Answer as Outcome, Context, Host, Resolve, ResolveError, Resolving};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let fixed = |what, answer: &'static [&'static str], expect| {
        named(what, vec![answer], false, 1, expect, 0)
    };
    let many: &[&str] = (0..10_000)
        .map(|n| &*format!("1.{}.{}.1", n / 250, n % 250).leak())
        .collect::<Vec<_>>()
        .leak();
    vec![
        fixed("a name that leads to this machine", &["127.0.0.1"], "http.denied"),
        fixed("a name that leads to a metadata service", &["169.254.169.254"], "http.denied"),
        fixed("a public and a private address", &["1.1.1.1", "10.0.0.1"], "http.denied"),
        fixed("a private address alone, for IPv6", &["fd12:3456::1"], "http.denied"),
        fixed("this machine, mapped into IPv6", &["::ffff:127.0.0.1"], "http.denied"),
        fixed("this machine, behind a translator", &["64:ff9b::7f00:1"], "http.denied"),
        fixed("ten thousand addresses", many, "http.dns"),
        fixed("no address", &[], "http.dns").otherwise(
            "the same for an unknown name and for aliases that go in circles: the resolver ends with \
             nothing, and nothing is dialled",
        ),
        named(
            "a name that leads elsewhere the second time",
            vec![&["127.0.0.1"], &["169.254.169.254"]],
            true,
            1,
            "ok",
            1,
        )
        .otherwise(
            "a request asks for its name once, and dials the very address that was judged: the second \
             answer is the next request's",
        ),
        named(
            "the same, asked twice",
            vec![&["127.0.0.1"], &["169.254.169.254"]],
            true,
            2,
            "http.denied",
            1,
        ),
        hangs(),
    ]
}

/// A plugin that asks `times` for a name whose answers come one after the other; how many sockets
/// that may take.
fn named(
    what: &'static str,
    answers: Vec<&'static [&'static str]>,
    private_network: bool,
    times: usize,
    expect: &'static str,
    connections: usize,
) -> Case {
    Case::new("N6", what, Built::Upstream, expect, move |_| {
        let answers = answers.clone();
        async move {
            let server = Trick::says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi").await;
            let names = Arc::new(Names::new(&answers)?);
            let host = host(&names, server.address.port(), private_network).await?;
            let mut answer = None;
            for _ in 0..times {
                answer = Some(ask(&host, server.address.port(), "").await?);
            }
            let (asked, came) = (names.asked.load(Ordering::SeqCst), server.connections());
            ensure!(asked == times, "asked {asked} times");
            ensure!(came == connections, "{came} connections");
            ensure!(server.is_left().await, "a connection is still open");
            answer.context("nothing was asked")
        }
    })
    .slow()
}

fn hangs() -> Case {
    let what = "a name server that never answers";
    Case::new("N6", what, Built::Upstream, "http.timeout", |_| async {
        let names = Arc::new(Names {
            hangs: true,
            ..Names::new(&[])?
        });
        let host = host(&names, 80, true).await?;
        ask(&host, 80, "100").await
    })
    .slow()
}

async fn host(names: &Arc<Names>, port: u16, private_network: bool) -> anyhow::Result<Host> {
    let grant = format!(
        "[[http.allow]]\nurl = \"http://crm.example.test:{port}/\"\nprivate_network = {private_network}\n"
    );
    let host = Host::builder()
        .engine(engine())
        .plugin_with_grant("asks", case::read("asks_anything"), grant)
        .resolver(Shared(Arc::clone(names)));
    host.start()
        .await
        .map_err(|problem| anyhow::anyhow!("{problem}"))
}

async fn ask(host: &Host, port: u16, timeout: &str) -> anyhow::Result<Answer> {
    let url = format!("http://crm.example.test:{port}/x");
    let mut context = Context::of_view("ticket");
    context.params = vec![("url".to_owned(), url)];
    if !timeout.is_empty() {
        context
            .params
            .push(("timeout".to_owned(), timeout.to_owned()));
    }
    let pane = host.context(context).await;
    let pane = pane.map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let outcome = pane.outcomes.first().context("one plugin was asked")?;
    Ok(match &outcome.answer {
        Outcome::Failed(problem) => Answer::new(problem.code.as_str(), problem.message.clone()),
        _ => Answer::new("ok", ""),
    })
}

/// Answers from a list, the last one for ever.
#[derive(Debug)]
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
    hangs: bool,
}

impl Names {
    fn new(answers: &[&[&str]]) -> anyhow::Result<Self> {
        let parsed = |texts: &&[&str]| texts.iter().map(|text| Ok(text.parse()?)).collect();
        Ok(Self {
            answers: answers.iter().map(parsed).collect::<anyhow::Result<_>>()?,
            asked: AtomicUsize::new(0),
            hangs: false,
        })
    }
}

/// A host takes its resolver as a value; the case looks at it afterwards.
#[derive(Debug)]
struct Shared(Arc<Names>);

impl Resolve for Shared {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let names = &self.0;
            let turn = names.asked.fetch_add(1, Ordering::SeqCst);
            if names.hangs {
                std::future::pending::<()>().await;
            }
            let answer = names.answers.get(turn).or(names.answers.last());
            answer
                .cloned()
                .ok_or_else(|| ResolveError::Unknown(name.to_owned()))
        })
    }
}
