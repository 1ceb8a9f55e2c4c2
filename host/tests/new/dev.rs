//! `sidepane dev`: what is saved answers, and what is broken does not.

use crate::studio::{Studio, kept};
use e2e::client;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A build on a busy machine, the SDK compiled before or not.
const LONGEST: Duration = Duration::from_secs(300);

/// The command, serving.
struct Dev {
    child: Child,
    traffic: SocketAddr,
    admin: SocketAddr,
}

impl Dev {
    fn start(studio: &Studio, project: &str) -> Self {
        let line = format!(
            "exec sidepane dev {project} --listen 127.0.0.1:0 --admin 127.0.0.1:0 --open=false"
        );
        let mut command = studio.command(&line, Path::new(""));
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a shell");
        let output = child.stdout.take().expect("its output");
        let (send, receive) = std::sync::mpsc::channel();
        // It goes on reading: a pipe that is full would hold the command up.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let address = |word: &str| loop {
            let line = receive
                .recv_timeout(LONGEST)
                .expect("a line with an address");
            if let Some(url) = line.strip_prefix(word) {
                let authority = url.trim().split('/').nth(2).expect("an address");
                break authority.parse().expect("an address");
            }
        };
        let (admin, traffic) = (address("simulate "), address("agents "));
        Self {
            child,
            traffic,
            admin,
        }
    }

    async fn build(&self) -> Value {
        let stand = client::get(self.admin, "/simulate/stand").await.json();
        stand["build"].clone()
    }

    /// Waits until the build stands as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let build = self.build().await;
            if build["building"] == false && wanted(&build) {
                return build;
            }
            assert!(begun.elapsed() < LONGEST, "{what} never came: {build}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The first label of the card that an agent sees.
    async fn label(&self) -> Value {
        let question = "/v1/context?view=ticket&email=ada%40example.com";
        let pane = client::get(self.traffic, question).await.json();
        pane["cards"][0]["card"]["blocks"][0]["data"][0]["rows"][0]["label"].clone()
    }

    /// Tries a sample of the page, and answers the verdict.
    async fn verdict(&self, name: &str) -> Value {
        self.told(name).await["verdict"].clone()
    }

    /// Tries a sample of the page.
    async fn told(&self, name: &str) -> Value {
        let choices = client::get(self.admin, "/simulate/choices").await.json();
        assert_eq!(choices["dev"], true);
        let samples = choices["plugins"][0]["samples"]
            .as_array()
            .expect("samples");
        let sample = samples.iter().find(|sample| sample["name"] == name);
        let sample = sample.unwrap_or_else(|| panic!("no {name} in {choices}"));
        let wish = json!({
            "plugin": "in-dev", "kind": sample["kind"], "desk": sample["desk"],
            "payload": sample["text"],
        });
        let told = client::post(self.admin, "/simulate", wish.to_string()).await;
        told.json()
    }
}

impl Dev {
    /// Ends it as a terminal does, and waits.
    fn end(mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.expect("a command").success());
        let ended = self.child.wait().expect("an end");
        assert!(ended.success(), "{ended}");
        // What it served from lies among what is temporary, under its own number.
        let own = format!("sidepane-dev-{pid}-");
        let left = std::fs::read_dir(std::env::temp_dir()).expect("a folder");
        let left: Vec<_> = left
            .flatten()
            .map(|entry| entry.file_name())
            .filter(|name| name.to_string_lossy().starts_with(&own))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A project, and who writes it.
struct Author {
    studio: Studio,
    source: PathBuf,
    /// What the source said first.
    first: String,
}

impl Author {
    fn begin() -> Self {
        let studio = Studio::new();
        studio.begin("in-dev", "rust", "card,event");
        let target = kept().join("rust");
        std::fs::create_dir_all(&target).expect("a folder");
        studio.share(&target, "in-dev/target");
        let source = studio.folder.join("in-dev/src/lib.rs");
        let first = std::fs::read_to_string(&source).expect("a source");
        Self {
            studio,
            source,
            first,
        }
    }

    fn save(&self, text: &str) {
        std::fs::write(&self.source, text).expect("a source");
    }

    /// The first source with a label of its own.
    fn labelled(&self, label: &str) -> String {
        self.first.replace("\"E-mail\"", &format!("{label:?}"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_saved_answers_and_what_is_broken_does_not() {
    let author = Author::begin();
    let dev = Dev::start(&author.studio, "in-dev");
    let ended = |build: &Value| build["loaded"] == 1 || build["fault"] != Value::Null;
    let build = dev.until("the first build", ended).await;
    assert_eq!(
        (&build["loaded"], &build["fault"]),
        (&json!(1), &Value::Null),
        "{build}"
    );
    assert_eq!(dev.label().await, "E-mail");

    author.save(&author.labelled("Address"));
    dev.until("the second build", |build| build["loaded"] == 2)
        .await;
    assert_eq!(dev.label().await, "Address");

    broken(&author, &dev).await;

    author.save(&author.labelled("Mail"));
    let build = dev.until("the repair", |build| build["loaded"] == 3).await;
    assert_eq!(build["fault"], Value::Null);
    assert_eq!(dev.label().await, "Mail");

    pane(&dev).await;
    payloads(&author, &dev).await;
    tests(&author, dev).await;
}

/// What fails is told to its author, and the last good build answers.
async fn broken(author: &Author, dev: &Dev) {
    let good = author.labelled("Address");
    for (source, of, parts) in [
        (
            format!("{good}\nfn broken( {{"),
            "build",
            ["src/lib.rs", "error"],
        ),
        (
            good.replace("Manifest::new(\"In dev\"", "Manifest::new(\"\""),
            "load",
            ["manifest.invalid", "name"],
        ),
    ] {
        author.save(&source);
        let build = dev.until(of, |build| build["fault"]["of"] == of).await;
        let text = build["fault"]["text"].as_str().expect("a text");
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(dev.label().await, "Address");
        assert_eq!(dev.verdict("ticket").await, "success");
    }
}

/// The pane stands in a frame beside how the build stands, and lets itself be shown there.
async fn pane(dev: &Dev) {
    let page = client::get(dev.admin, "/simulate/pane").await;
    let pane = format!("http://{}", dev.traffic);
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("frame-src {pane};")), "{policy}");
    let framed = format!("src=\"{pane}/pane?view=ticket");
    assert!(page.text().contains(&framed), "{}", page.text());
    let shown = client::get(dev.traffic, "/pane").await;
    let policy = shown.header("content-security-policy");
    assert!(
        policy.contains(&format!("http://{}", dev.admin)),
        "{policy}"
    );
}

/// The project's payloads come first, and are no reason to build.
async fn payloads(author: &Author, dev: &Dev) {
    let project = author.studio.folder.join("in-dev");
    let folder = project.join("test_data");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::copy(project.join("message.json"), folder.join("hello.json")).expect("a payload");
    assert_eq!(dev.verdict("hello").await, "success");
    // Longer than it takes to notice a source.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(dev.build().await["loaded"], 3);
}

/// A run is a test: of the build that it is of, and not of one that answers otherwise.
async fn tests(author: &Author, dev: Dev) {
    let Author {
        studio,
        first: source,
        ..
    } = author;
    for name in ["ticket", "onMessageCreate"] {
        let told = dev.told(name).await;
        let test = told["test"].as_str().expect("a test");
        let file = format!("in-dev/tests/{}.rs", name.to_lowercase());
        studio.file(&file, test);
    }
    dev.end();
    let both = "cargo test --test ticket --test onmessagecreate";
    studio.done(both, "in-dev");
    author.save(&source.replace("Block::new(\"In dev\")", "Block::new(\"Other\")"));
    let ended = studio.run("cargo test --test ticket", Path::new("in-dev"));
    assert!(
        !ended.good && ended.text.contains("simulated_card_ticket"),
        "{}",
        ended.text
    );
}

#[test]
fn what_is_no_project_and_what_is_open_to_others_is_refused() {
    let studio = Studio::new();
    for (line, said) in [
        ("sidepane dev .", "is no project"),
        ("sidepane dev nowhere", "cannot be read"),
    ] {
        let ended = studio.run(line, Path::new(""));
        assert_eq!(ended.code, Some(2), "{}", ended.text);
        assert!(ended.text.contains(said), "{}", ended.text);
    }
    studio.begin("in-dev", "js", "card");
    let ended = studio.run(
        "sidepane dev in-dev --admin 0.0.0.0:0 --listen 127.0.0.1:0",
        Path::new(""),
    );
    assert_eq!(ended.code, Some(2), "{}", ended.text);
    assert!(ended.text.contains("loopback"), "{}", ended.text);
}
