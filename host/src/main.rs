//! The command line: parse, build, run.

use clap::{Parser, Subcommand};
use sidepane::config::settings::Settings;
use sidepane::engine::EngineSettings;
use sidepane::host::{Host, HostSettings};
use sidepane::model::problem::Problem;
use sidepane::server::{self, ServerSettings};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::net::TcpListener;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A plugin host for support desks: one plugin, a card in every desk's side pane.
#[derive(Debug, Parser)]
#[command(name = "sidepane", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the plugins of a folder: desks on one address, operators on another.
    #[command(after_help = "Example:\n  sidepane serve --plugins ./plugins\n  curl \
                            '127.0.0.1:7117/imbox?view=ticket&email=ada@example.com'")]
    Serve(Serve),
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// Settings as TOML; without it, `sidepane.toml` where there is one, else the defaults.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of plugins and grants [default: plugins].
    #[arg(long, value_name = "DIR")]
    plugins: Option<PathBuf>,
    /// The folder for compiled plugins [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where desks ask [default: 127.0.0.1:7117].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where operators look [default: 127.0.0.1:7118].
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Sockets are looked at after this many tasks: hogs do not delay them for long.
        .event_interval(16)
        .build();
    let ended = match (runtime, arguments.command) {
        (Ok(runtime), Command::Serve(serve)) => runtime.block_on(run(serve)),
        (Err(error), _) => Err(Failed::of("no threads to run on", &error)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(text)) => {
            complain(&text);
            ExitCode::from(2)
        }
    }
}

/// Why the program ends, for people.
struct Failed(String);

impl Failed {
    fn of(what: &str, error: &dyn std::fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        let mut text = problem.message;
        if !problem.detail.is_empty() {
            text = format!("{text}\n{}", problem.detail);
        }
        if let Some(hint) = problem.hint {
            text = format!("{text}\n\nWrite:\n{hint}");
        }
        Self(text)
    }
}

async fn run(arguments: Serve) -> Result<(), Failed> {
    let settings = settings(arguments)?;
    settings.check_listeners()?;
    let host = Host::start(HostSettings {
        engine: EngineSettings {
            cache: Some(settings.data.join("artefacts")),
            ..EngineSettings::default()
        },
        limits: settings.limits.clone(),
        accounts: settings
            .keys
            .accounts
            .iter()
            .map(|keys| keys.account.clone())
            .collect(),
        ..HostSettings::of_folder(&settings.plugins)
    })
    .await?;
    let traffic = bind("listen", settings.listen).await?;
    let admin = bind("admin", settings.admin).await?;
    tracing::info!(listen = %settings.listen, admin = %settings.admin, "serving");
    let shutdown = shutdown();
    server::serve(
        host,
        settings.keys,
        ServerSettings::default(),
        traffic,
        admin,
        shutdown,
    )
    .await
    .map_err(|error| Failed::of("the listeners", &error))
}

/// The file's settings, with what the command line says over them.
fn settings(arguments: Serve) -> Result<Settings, Failed> {
    let named = arguments.config.is_some();
    let path = arguments.config.unwrap_or_else(|| "sidepane.toml".into());
    let mut settings = match std::fs::read_to_string(&path) {
        Ok(text) => {
            let base = path.parent().unwrap_or(Path::new(""));
            Settings::parse(&path.display().to_string(), &text, base)?
        }
        Err(error) if !named && error.kind() == std::io::ErrorKind::NotFound => Settings::default(),
        Err(error) => {
            return Err(Failed::of(
                &format!("{} cannot be read", path.display()),
                &error,
            ));
        }
    };
    settings.plugins = arguments.plugins.unwrap_or(settings.plugins);
    settings.data = arguments.data.unwrap_or(settings.data);
    settings.listen = arguments.listen.unwrap_or(settings.listen);
    settings.admin = arguments.admin.unwrap_or(settings.admin);
    Ok(settings)
}

async fn bind(key: &str, address: SocketAddr) -> Result<TcpListener, Failed> {
    TcpListener::bind(address).await.map_err(|error| {
        Failed::of(
            &format!("{address} is not to be had; name another with `--{key}`"),
            &error,
        )
    })
}

async fn shutdown() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                terminated.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("ending");
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .with_env_var("SIDEPANE_LOG")
        .from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

#[expect(
    clippy::print_stderr,
    reason = "errors of a command go to standard error"
)]
fn complain(text: &str) {
    eprintln!("error: {text}");
}
