//! A program with a plugin host inside: it asks once by itself, then serves the desks' doors beside
//! its own pages. `cargo run -p embed -- 127.0.0.1:7117`

use axum::Router;
use axum::routing::get;
use sidepane::server::ServerSettings;
use sidepane::{Answer, Context, Host, Keys};
use tokio::net::TcpListener;

/// The plugin, carried inside the program: there is no folder to lose.
const HELLO: &[u8] = include_bytes!(env!("HELLO"));

fn main() -> anyhow::Result<()> {
    // Before anything else: started again by the host, this program is its compiler.
    sidepane::compile_child();
    run()
}

#[tokio::main]
async fn run() -> anyhow::Result<()> {
    let host = Host::builder().plugin("hello", HELLO).start().await?;

    // Asked in this very process: no port, no JSON.
    let ada = Context::of_view("ticket").email("ada@example.com");
    for outcome in host.context(ada).await?.outcomes {
        match outcome.answer {
            Answer::Card(card) => {
                let blocks: Vec<_> = card.blocks.iter().map(|block| &*block.name).collect();
                say(&format!("{} shows {}", outcome.plugin, blocks.join(", ")));
            }
            Answer::Failed(problem) => say(&format!("{} failed: {problem}", outcome.plugin)),
            _ => say(&format!("{} knows nothing", outcome.plugin)),
        }
    }

    // Asked by desks, under a path of the application's own.
    let doors = host.router(Keys::default(), ServerSettings::default());
    let app = Router::new()
        .route("/", get(|| async { "an application with a side pane\n" }))
        .nest("/side", doors);
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:7117".into());
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    // No grant opens this address to a plugin.
    host.own_listeners(vec![address]);
    say(&format!(
        "http://{address}/side/v1/context?view=ticket&email=ada@example.com"
    ));
    axum::serve(listener, app).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the program is for")]
fn say(text: &str) {
    println!("{text}");
}
