//! L1, L6 and L18 to L20: what stands in the plugins folder beside honest files.

use crate::case::{Answer, Built, Case, read};
use crate::ground::Ground;
use anyhow::{Context, ensure};
use e2e::host::Setup;
use sidepane::engine::Engine;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = bytes();
    cases.extend(entries());
    cases.extend(names());
    cases.extend(changing());
    cases
}

fn bytes() -> Vec<Case> {
    let cases: [(&str, &[u8], &str); 4] = [
        ("an empty file", b"", "load.not_wasm"),
        ("three bytes", b"\0as", "load.not_wasm"),
        (
            "the first four bytes of a component",
            b"\0asm",
            "load.malformed",
        ),
        (
            "the first eight bytes of a module",
            b"\0asm\x01\0\0\0",
            "load.wrong_kind",
        ),
    ];
    let of = |(what, bytes, expect): (&'static str, &'static [u8], &'static str)| {
        Case::loading("L1", what, Built::Files, || bytes.to_vec(), expect)
    };
    cases.map(of).into()
}

/// An entry of the folder that `make` makes at the path of a plugin.
fn entry(
    id: &'static str,
    what: &'static str,
    expect: &'static str,
    make: fn(&Path) -> std::io::Result<()>,
) -> Case {
    Case::new(id, what, Built::Files, expect, move |ground| async move {
        let plugin = ground.name(what).await;
        let path = ground.host.folder().join(format!("{plugin}.wasm"));
        make(&path).with_context(|| path.display().to_string())?;
        let answer = ground.reload(&plugin).await;
        match path.is_dir() && !path.is_symlink() {
            true => std::fs::remove_dir_all(&path)?,
            false => std::fs::remove_file(&path)?,
        }
        ground.remove(&plugin).await?;
        answer
    })
}

fn entries() -> Vec<Case> {
    let irregular = |id, what, make| entry(id, what, "load.not_regular_file", make);
    vec![
        irregular("L1", "a folder", |path| std::fs::create_dir(path)),
        irregular("L1", "a pipe that nobody writes into", |path| {
            let kind = rustix::fs::FileType::Fifo;
            Ok(rustix::fs::mknodat(rustix::fs::CWD, path, kind, rustix::fs::Mode::RUSR, 0)?)
        }),
        irregular("L1", "a socket", |path| {
            // Closed at once; its entry stays.
            std::os::unix::net::UnixListener::bind(path).map(drop)
        }),
        irregular("L1", "a link to a device without an end", |path| {
            symlink("/dev/zero", path)
        }),
        entry("L6", "a sparse file of 10 GiB", "load.too_large", |path| {
            std::fs::File::create(path)?.set_len(10 << 30)
        }),
        irregular("L19", "a link to /etc/passwd", |path| symlink("/etc/passwd", path)),
        irregular("L19", "a link to a good plugin outside of the folder", |path| {
            symlink(e2e::guests::guest("counts"), path)
        }),
        irregular("L19", "a link to itself", |path| symlink(path, path)),
        irregular("L19", "a link that leads nowhere", |path| symlink("nowhere.wasm", path)),
        entry("L19", "another name of a file outside of the folder", "loaded", |path| {
            let other = std::env::temp_dir().join(format!("sidepane-hard-{}", std::process::id()));
            std::fs::write(&other, read("counts"))?;
            std::fs::hard_link(&other, path)?;
            std::fs::remove_file(other)
        })
        .otherwise(
            "a hard link is a file like any other: who can make one in the folder can copy there too",
        ),
    ]
}

fn names() -> Vec<Case> {
    let cases: [(&str, String); 6] = [
        ("a name in capitals", "COUNTS.wasm".into()),
        ("a name and its twin in capitals", "Canary.WASM".into()),
        ("a name of 255 bytes", format!("{}.wasm", "a".repeat(250))),
        ("a name with a blank and a quote", "a 'b.wasm".into()),
        ("a name of full-width letters", "ｐlugin.wasm".into()),
        (
            "a name that turns the line around",
            "plug\u{202e}in.wasm".into(),
        ),
    ];
    let mut cases: Vec<Case> = cases
        .into_iter()
        .map(|(what, file)| {
            let run = move |_| {
                let file = file.clone();
                async move { named(&file).await }
            };
            Case::new("L19", what, Built::Files, "load.bad_path", run)
        })
        .collect();
    let run = |ground: Arc<Ground>| async move {
        let path = "/plugins/..%2Fcanary/reload";
        let reply = e2e::client::post(ground.host.admin, path, "").await;
        Answer::of_reply(&reply)
    };
    cases.push(Case::new(
        "L19",
        "a name that leads out of the folder, asked of the admin listener",
        Built::Request,
        "request.unknown_plugin",
        run,
    ));
    cases
}

/// What a host says of a file with a good plugin in it and this name.
async fn named(file: &str) -> anyhow::Result<Answer> {
    let host = Setup::new()
        .guest("counts", "")
        .file(file, read("counts"))
        .start()
        .await;
    let plugins = host.plugins().await;
    let served = plugins["plugins"].as_array().map(Vec::len);
    ensure!(served == Some(1), "{plugins}");
    let refused = &plugins["refused"][0];
    ensure!(refused["file"] == file, "{plugins}");
    let code = refused["code"].as_str().context("a code")?;
    let answer = Answer::new(code, refused["message"].to_string());
    host.end().await;
    Ok(answer)
}

fn changing() -> Vec<Case> {
    vec![
        Case::new(
            "L18",
            "a file is replaced, rewritten and cut off while it is read",
            Built::Files,
            "loaded",
            replaced,
        )
        .long()
        .otherwise(
            "it is read once into memory and never mapped: what loads is one of the versions, whole",
        ),
        Case::new(
            "L20",
            "the same bytes under two names",
            Built::Files,
            "loaded",
            |ground| async move {
                for key in ["one of two", "the other of two"] {
                    let plugin = ground.name(key).await;
                    let answer = ground.load(&plugin, read("counts"), "").await?;
                    ensure!(answer.is("loaded"), "{}", answer.text);
                }
                Ok(Answer::new("loaded", ""))
            },
        )
        .otherwise("they are two plugins with grants of their own, and compiled once"),
        Case::new(
            "L20",
            "a good version, a broken one, then an older good one, again and again",
            Built::Files,
            "ok",
            broken,
        )
        .otherwise(
            "the last good version serves on; an id is a file's name, so that no two plugins share \
             one, and which version is newer is the operator's to say",
        ),
    ]
}

/// The same plugin as another version.
fn version(number: u8) -> Vec<u8> {
    [read("counts"), e2e::raw::custom("v", &[number])].concat()
}

async fn replaced(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let plugin = ground.name("replaced").await;
    let versions = [version(1), version(2)];
    let names = [0, 1].map(|number: usize| Engine::generation(&versions[number]).to_string());
    let path = ground.host.folder().join(format!("{plugin}.wasm"));
    let loaded = ground.load(&plugin, &versions[0], "").await?;
    ensure!(loaded.is("loaded"), "{}", loaded.text);
    let over = Arc::new(AtomicBool::new(false));
    let (until, file, bytes) = (Arc::clone(&over), path.clone(), versions.clone());
    let writer = std::thread::spawn(move || {
        let mut turn = 0_usize;
        while !until.load(Ordering::SeqCst) {
            let whole = &bytes[turn % 2];
            // In place, cut off, and in one step.
            let written = match turn % 3 {
                0 => std::fs::write(&file, whole),
                1 => std::fs::write(&file, &whole[..whole.len() / 2]),
                _ => {
                    let partial = file.with_extension("partial");
                    std::fs::write(&partial, whole).and_then(|()| std::fs::rename(&partial, &file))
                }
            };
            written.expect("a file of the test's own");
            turn += 1;
        }
    });
    let mut wrong = None;
    for _ in 0..40 {
        let answer = ground.reload(&plugin).await?;
        let about = ground.host.about(&plugin).await;
        let serving = about["generation"].as_str().unwrap_or_default().to_owned();
        let may = [
            "loaded",
            "load.unreadable",
            "load.malformed",
            "load.not_wasm",
            "removed",
        ];
        if !may.contains(&answer.code.as_str())
            || (!serving.is_empty() && !names.contains(&serving))
        {
            wrong = Some(format!("{} {}: {about}", answer.code, answer.text));
        }
    }
    over.store(true, Ordering::SeqCst);
    writer.join().expect("a writer that does not panic");
    ensure!(wrong.is_none(), "{wrong:?}");
    ground.load(&plugin, &versions[1], "").await
}

async fn broken(ground: Arc<Ground>) -> anyhow::Result<Answer> {
    let plugin = ground.name("broken and healed").await;
    for number in [2, 1] {
        let good = version(number);
        let answer = ground.load(&plugin, &good, "").await?;
        ensure!(answer.is("loaded"), "{}", answer.text);
        let answer = ground.load(&plugin, &good[..good.len() / 2], "").await?;
        ensure!(answer.is("load.malformed"), "{}", answer.text);
        let serving = ground.host.about(&plugin).await["generation"].clone();
        let named = Engine::generation(&good).to_string();
        ensure!(serving == named.as_str(), "{serving} instead of {named}");
    }
    ground.ask(&plugin, "").await
}
