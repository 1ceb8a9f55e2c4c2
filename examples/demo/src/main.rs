//! `cargo run --release -p sidepane-demo`: everything at once, on this machine alone.

use sidepane_demo::Demo;
use sidepane_demo::addresses::{self, Address};
use sidepane_demo::languages;
use sidepane_demo::stage::Stage;
use std::io::IsTerminal;
use std::net::SocketAddr;

fn main() -> anyhow::Result<()> {
    // Before anything else: started again by the host, this program is its compiler.
    sidepane::compile_child();
    run()
}

#[tokio::main]
async fn run() -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing_subscriber::filter::LevelFilter::WARN.into())
        .with_env_var("SIDEPANE_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let stage = Stage::in_target();
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let demo = Demo::start(&stage, at(7117), at(7118)).await?;
    greet(&stage, demo.traffic()?, demo.admin()?);
    // Beside the host, which picks up what is there: the demo waits for no other language's tools.
    std::thread::spawn(move || add_languages(&stage));
    let ended = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without the signal there is no way to be told: serve on.
            std::future::pending::<()>().await;
        }
    };
    demo.serve(ended).await?;
    say("\nEnded.");
    Ok(())
}

fn add_languages(stage: &Stage) {
    for language in languages::ALL {
        let id = language.id();
        match languages::add(language, stage) {
            Ok(()) => say(&format!("{id} is built and joins the pane.")),
            Err(error) => say(&format!(
                "{id} is left out. It needs {}.\n  {error:#}",
                language.needs()
            )),
        }
    }
}

fn greet(stage: &Stage, traffic: SocketAddr, admin: SocketAddr) {
    let plugins = stage.plugins.display();
    let desks: String = addresses::of(traffic).iter().map(line).collect();
    say(&format!(
        "Sidepane is serving five plugins from {plugins}

  An agent sees: http://{traffic}/pane?view=ticket&email=ada@example.com
{desks}  Everything:    curl '{traffic}/v1/context?view=ticket&email=ada@example.com'
  A message:     curl '{traffic}/v1/events' -H 'content-type: application/json' -d '{{
                   \"event_type\": \"message.created\", \"conversation\": {{\"id\": \"c-1\"}},
                   \"message\": {{\"kind\": \"public\", \"direction\": \"incoming\", \"text\": \"I want a refund\"}}}}'
  Its tags:      curl '{crm}/v1/conversations/c-1/tags' -H 'authorization: Bearer {key}'
  What is served, and what it may do:
                 curl '{admin}/plugins'

Other customers: alan@example.com, grace@example.com, emmy@example.com; nobody@example.com is unknown to the CRM.
The CRM is on {crm}, and so are the stand-ins for Front, Chatwoot and Freshchat; plugins send it a key that they never see.
What each plugin may do stands in {plugins}/<id>.toml.
The order look-up in JavaScript, TypeScript and Python is built meanwhile, where npm and Python are there.

Ctrl-C ends it.",
        crm = sidepane_demo::crm::ADDRESS,
        key = sidepane_demo::crm::API_KEY,
    ));
}

/// A door, as it is opened in a browser or asked in a shell.
fn line(address: &Address) -> String {
    let Address { desk, url, .. } = address;
    let what = match (address.page, address.body) {
        (true, _) => url.clone(),
        (false, None) => format!("curl '{url}'"),
        (false, Some(file)) => {
            format!("curl '{url}' -H 'content-type: application/json' -d @{file}")
        }
    };
    format!("  {:<15}{what}\n", format!("{desk}:"))
}

#[expect(
    clippy::print_stdout,
    reason = "the demo's one message to the person who started it"
)]
fn say(text: &str) {
    println!("{text}");
}
