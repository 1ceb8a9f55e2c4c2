//! The plugins folder while the host serves: new, changed, broken and removed files.

use e2e::client::{encoded, post};
use e2e::guests;
use e2e::host::{Setup, TestHost};
use e2e::upstream::Upstream;
use http::Response;
use serde_json::{Value, json};
use sidepane::catalog::LoadedPlugin;
use sidepane::engine::Engine;
use sidepane::model::id::PluginId;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn bytes(guest: &str) -> Vec<u8> {
    std::fs::read(guests::guest(guest)).expect("a guest")
}

/// The same plugin as another version: a custom section at its end.
fn version(guest: &str, number: u8) -> Vec<u8> {
    let mut bytes = bytes(guest);
    bytes.extend([0, 3, 1, b'v', number]);
    bytes
}

fn half(whole: &[u8]) -> &[u8] {
    &whole[..whole.len() / 2]
}

fn loaded(host: &TestHost, id: &str) -> Arc<LoadedPlugin> {
    let id = PluginId::parse(id).expect("an id");
    let snapshot = host.host.view().current();
    let (_, plugin) = snapshot.plugin(&id).expect("a plugin that is served");
    Arc::clone(plugin)
}

/// The code of what is wrong with a plugin, served or not; empty when nothing is.
async fn trouble(host: &TestHost, id: &str) -> String {
    let about = host.about(id).await;
    let code = about["problem"]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_file_is_served_within_a_second() {
    let host = Setup::new().guest("echoes", "").watched().start().await;
    for (way, careful) in [("renamed into place", true), ("written in place", false)] {
        let id = if careful { "one" } else { "two" };
        let file = format!("{id}.wasm");
        match careful {
            true => host.put(&file, version("counts", 1)),
            false => {
                std::fs::write(host.folder().join(&file), version("counts", 2)).expect("a file")
            }
        }
        let took = host
            .until("served", async |host| {
                host.about(id).await["state"] == "serving"
            })
            .await;
        println!("{way}: served after {} ms", took.as_millis());
        assert_eq!(host.ask(id).await["card"]["contact_name"], "1");
        // In a debug build, with three other suites beside it.
        assert!(took < Duration::from_secs(5), "{way}: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_fails_leaves_the_last_good_one() {
    let host = Setup::new().guest("counts", "").watched().start().await;
    let before = host.about("counts").await;
    let whole = bytes("counts");
    let cases: [(&[u8], &str); 3] = [
        (half(&whole), "load.malformed"),
        (b"a plugin, honestly", "load.not_wasm"),
        (b"\0asm\x01\0\0\0", "load.wrong_kind"),
    ];
    for (broken, code) in cases {
        std::fs::write(host.folder().join("counts.wasm"), broken).expect("a broken copy");
        host.until(code, async |host| trouble(host, "counts").await == code)
            .await;
        let about = host.about("counts").await;
        assert_eq!(about["state"], "serving", "{about}");
        assert_eq!(about["generation"], before["generation"], "{about}");
        assert_eq!(
            about["problem"]["generation"],
            Engine::generation(broken).to_string(),
            "{about}"
        );
        assert_eq!(host.card("").await["status"], "ok");
    }
    std::os::unix::fs::symlink("/etc/hostname", host.folder().join(".link")).expect("a link");
    std::fs::rename(
        host.folder().join(".link"),
        host.folder().join("counts.wasm"),
    )
    .expect("in its place");
    host.until("a link", async |host| {
        trouble(host, "counts").await == "load.not_regular_file"
    })
    .await;
    assert_eq!(host.card("").await["status"], "ok");

    let good = version("counts", 3);
    host.put("counts.wasm", &good);
    host.until("healed", async |host| {
        trouble(host, "counts").await.is_empty()
    })
    .await;
    let about = host.about("counts").await;
    assert_eq!(
        about["generation"],
        Engine::generation(&good).to_string(),
        "{about}"
    );
    assert_eq!(host.card("").await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_grant_counts_without_compiling() {
    let host = Setup::new()
        .guest("counts", "order = 7\n")
        .plugin("twin", &guests::guest("counts"), "")
        .watched()
        .start()
        .await;
    let first = loaded(&host, "counts");
    assert!(
        first.program.is(&loaded(&host, "twin").program),
        "the same bytes under two ids are compiled once"
    );
    let order = async |host: &TestHost, order: i64| {
        host.until("the order", async |host| {
            host.about("counts").await["order"] == order
        })
        .await;
    };
    host.put("counts.toml", "order = 8\n");
    order(&host, 8).await;
    let second = loaded(&host, "counts");
    assert!(second.program.is(&first.program), "nothing was compiled");
    assert!(Arc::ptr_eq(&second.gate, &first.gate), "the places stay");

    host.put("counts.toml", "order = 9\n[limits]\nconcurrency = 3\n");
    order(&host, 9).await;
    let third = loaded(&host, "counts");
    assert!(third.program.is(&first.program), "nothing was compiled");
    assert!(!Arc::ptr_eq(&third.gate, &first.gate), "other places");
    assert_eq!(host.about("counts").await["limits"]["concurrency"], 3);

    host.put("counts.toml", "order = \"first\"\n");
    host.until("refused", async |host| {
        trouble(host, "counts").await == "grant.invalid"
    })
    .await;
    let about = host.about("counts").await;
    assert_eq!(about["order"], 9, "{about}");
    let detail = about["problem"]["detail"].as_str().expect("a detail");
    assert!(detail.contains("counts.toml:1: "), "{detail}");

    std::fs::remove_file(host.folder().join("counts.toml")).expect("the grant again");
    order(&host, 100).await;
    assert!(trouble(&host, "counts").await.is_empty());
    assert!(loaded(&host, "counts").program.is(&first.program));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_is_switched_off_and_on_and_taken_away() {
    let host = Setup::new()
        .guest("counts", "")
        .guest("echoes", "")
        .watched()
        .start()
        .await;
    let state = async |host: &TestHost, state: Value| {
        host.until("a state", async |host| {
            host.about("counts").await["state"] == state
        })
        .await;
    };
    host.put("counts.toml", "enabled = false\n");
    state(&host, "disabled".into()).await;
    assert_eq!(host.plugins().await["disabled"], json!(["counts"]));
    assert_eq!(host.card("").await["plugin"], "echoes");
    host.put("counts.toml", "enabled = true\n");
    state(&host, "serving".into()).await;
    std::fs::remove_file(host.folder().join("counts.wasm")).expect("the file");
    state(&host, Value::Null).await;
    assert_eq!(
        host.about("counts").await["error"]["code"],
        "request.unknown_plugin"
    );
    assert_eq!(host.card("").await["plugin"], "echoes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_changes_is_sent_and_one_that_goes_away_is_kept() {
    let upstream = Upstream::start(|_| Response::new("there".into())).await;
    let setup = Setup::new();
    let grant = format!(
        "[secrets]\napi_key = {{ file = \"api.key\" }}\n[[http.allow]]\nurl = \"http://{}/\"\n\
         secrets = [\"api_key\"]\nprivate_network = true\n",
        upstream.address
    );
    let host = setup
        .file("api.key", "first-key")
        .guest("fetches", &grant)
        .watched()
        .start()
        .await;
    let url = encoded(&format!("http://{}/", upstream.address));
    let query = format!("&param.format=bearer&format=bearer&url={url}");
    let sent = async |key: &str| {
        host.until(key, async |host| {
            host.card(&query).await;
            let seen = upstream.seen();
            let last = seen.last().expect("a request");
            last.request.headers()["authorization"] == format!("Bearer {key}")
        })
        .await;
    };
    sent("first-key").await;
    let code = loaded(&host, "fetches");
    host.put("api.key", "second-key\n");
    sent("second-key").await;
    assert!(loaded(&host, "fetches").program.is(&code.program));

    std::fs::remove_file(host.folder().join("api.key")).expect("the key");
    host.until("missed", async |host| {
        trouble(host, "fetches").await == "grant.secret_missing"
    })
    .await;
    let about = host.about("fetches").await.to_string();
    assert!(!about.contains("-key\""), "no value is shown: {about}");
    sent("second-key").await;
    host.put("api.key", "third-key");
    sent("third-key").await;
    assert!(trouble(&host, "fetches").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_still_growing_is_not_loaded() {
    use std::io::Write;
    let host = Setup::new().guest("counts", "").watched().start().await;
    let whole = version("counts", 4);
    let mut file = std::fs::File::create(host.folder().join("counts.wasm")).expect("a file");
    // In slices that each come before the last has settled, for longer than that takes.
    for slice in whole.chunks(whole.len() / 8 + 1) {
        file.write_all(slice).expect("a slice");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(60) {
            assert_eq!(trouble(&host, "counts").await, "");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    drop(file);
    let wanted = Engine::generation(&whole).to_string();
    host.until("whole", async |host| {
        assert_eq!(trouble(host, "counts").await, "", "a part was loaded");
        host.about("counts").await["generation"] == wanted
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_plugins_start_and_are_looked_through_quickly() {
    const MANY: usize = 200;
    let mut setup = Setup::new();
    let counts = bytes("counts");
    for number in 0..MANY {
        setup = setup.file(&format!("plugin-{number}.wasm"), &counts);
    }
    let begun = Instant::now();
    let host = setup.watched().start().await;
    let started = begun.elapsed();
    assert_eq!(host.host.view().current().plugins().len(), MANY);
    // One changed grant among them: a look through all, and one small load.
    host.put("plugin-7.toml", "order = 1\n");
    let took = host
        .until("the order", async |host| {
            host.about("plugin-7").await["order"] == 1
        })
        .await;
    println!("{MANY} plugins: start {started:?}, one changed grant {took:?}");
    assert!(started < Duration::from_secs(30), "{started:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_reload_is_noticed() {
    let host = Setup::new().guest("counts", "").watched().start().await;
    // Two plugins in turn under one name, so that a wrong answer would show.
    let named: Vec<Vec<u8>> = (0..4).map(|number| version("counts", number)).collect();
    let empty: Vec<Vec<u8>> = (0..4)
        .map(|number| version("says_nothing", number))
        .collect();
    let names = |all: &[Vec<u8>]| -> Vec<String> {
        all.iter()
            .map(|bytes| Engine::generation(bytes).to_string())
            .collect()
    };
    let (mut of_named, of_empty) = (names(&named), names(&empty));
    of_named.push(Engine::generation(&bytes("counts")).to_string());

    // Compiled before, so that what is measured is reloading.
    for bytes in named.iter().chain(&empty) {
        let program = e2e::host::engine().prepare(bytes.clone()).await;
        program.expect("a program");
    }

    let until = Instant::now() + Duration::from_secs(4);
    let reloads = async {
        let mut count = 0_usize;
        while Instant::now() < until {
            let all = if count.is_multiple_of(2) {
                &empty
            } else {
                &named
            };
            let whole = &all[count / 2 % all.len()];
            match count % 10 {
                9 => host.put("counts.wasm", half(whole)),
                _ => host.put("counts.wasm", whole),
            }
            count += 1;
            let answer = post(host.admin, "/plugins/counts/reload", "").await;
            assert_eq!(
                answer.status == 422,
                count.is_multiple_of(10),
                "{}",
                answer.text()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        count
    };
    let asks = async {
        let (mut asked, mut generations) = (0_usize, std::collections::HashSet::new());
        while Instant::now() < until {
            let card = host.card("").await;
            let generation = card["generation"].as_str().expect("a name").to_owned();
            let right = match card["status"].as_str() {
                Some("ok") => {
                    assert_eq!(card["card"]["contact_name"], "1", "{card}");
                    of_named.contains(&generation)
                }
                Some("empty") => of_empty.contains(&generation),
                _ => false,
            };
            assert!(right, "{card}");
            asked += 1;
            generations.insert(generation);
        }
        (asked, generations.len())
    };
    let (reloads, one, two) = tokio::join!(reloads, asks, asks_too(&host, until));
    println!(
        "{reloads} reloads, {} and {two} answers, none wrong, of {} versions",
        one.0, one.1
    );
    assert!(
        reloads >= 10 && one.0 > 10 && one.1 > 2,
        "{reloads} {one:?}"
    );
}

/// A second asker, by another door.
async fn asks_too(host: &TestHost, until: Instant) -> usize {
    let mut asked = 0;
    while Instant::now() < until {
        let answer = host.get("/imbox?view=ticket&email=ada%40example.com").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("sidepane-status"), "", "{}", answer.text());
        asked += 1;
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_listener_reads_one_plugin_again() {
    // Not watched: what changes here, changes because it was asked for.
    let host = Setup::new().guest("counts", "").start().await;
    let reload = async |id: &str| post(host.admin, &format!("/plugins/{id}/reload"), "").await;
    let good = version("counts", 5);
    host.put("counts.wasm", &good);
    let answer = reload("counts").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.json()["generation"],
        Engine::generation(&good).to_string()
    );

    host.put("counts.wasm", half(&good));
    let answer = reload("counts").await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.json()["error"]["code"], "load.malformed");
    assert_eq!(answer.json()["error"]["plugin"], "counts");
    let about = host.about("counts").await;
    assert_eq!(about["problem"]["code"], "load.malformed", "{about}");
    assert_eq!(about["manifest"]["name"], "counts", "{about}");
    assert_eq!(host.card("").await["status"], "ok");

    host.put("counts.toml", "enabled = false\n");
    assert_eq!(reload("counts").await.json()["state"], "disabled");
    std::fs::remove_file(host.folder().join("counts.wasm")).expect("the file");
    assert_eq!(reload("counts").await.json()["state"], "removed");
    for id in ["counts", "nobody", "Not-An-Id"] {
        let answer = reload(id).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert_eq!(answer.json()["error"]["code"], "request.unknown_plugin");
    }
    let answer = e2e::client::get(host.admin, "/plugins/counts/reload").await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.json()["error"]["code"], "request.method_not_allowed");
    let answer = e2e::client::get(host.admin, "/nothing").await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.json()["error"]["code"].clone()
        ),
        (404, "request.not_found".into())
    );
}
