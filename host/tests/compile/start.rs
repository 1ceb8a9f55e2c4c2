//! A second start runs nothing and maps nothing: what it needs to know was kept.

use crate::engine;
use crate::product::{Folder, change, kept};
use sidepane::{
    Answer, Code, Compile, CompileBudget, Context, Engine, Host, LoadedPlugin, Outcome, PluginId,
};
use std::sync::Arc;

/// An engine that cannot compile: what loads with it was kept.
fn idle(folder: &Folder) -> Engine {
    let compile = Compile::Child {
        program: Some("/bin/false".into()),
        budget: CompileBudget::default(),
    };
    engine(compile, Some(folder.0.clone()))
}

async fn start(engine: Engine, plugins: &[&str]) -> Host {
    let mut builder = Host::builder().engine(engine);
    for plugin in plugins {
        let bytes = std::fs::read(e2e::guests::plugin(plugin)).expect("a plugin");
        builder = builder.plugin(plugin, bytes);
    }
    builder.start().await.expect("a host")
}

fn of(host: &Host, plugin: &str) -> Arc<LoadedPlugin> {
    let plugins = host.plugins();
    let found = plugins
        .plugins()
        .iter()
        .find(|one| one.id.as_str() == plugin);
    Arc::clone(found.unwrap_or_else(|| panic!("{:?}", plugins.refused())))
}

async fn hello(host: &Host) -> Outcome {
    let ada = Context::of_view("ticket").email("ada@example.com");
    let pane = host.context(ada).await.expect("a pane");
    let mut outcomes = pane.outcomes.into_iter();
    outcomes
        .find(|outcome| outcome.plugin.as_str() == "hello")
        .expect("its outcome")
}

#[tokio::test]
async fn a_second_start_maps_a_plugin_when_somebody_calls_it() {
    let folder = Folder::new("start");
    let all = ["hello", "auto-tag", "visit-counter"];
    let first = start(engine(Compile::InProcess, Some(folder.0.clone())), &all).await;
    let (told, asked) = (of(&first, "hello"), hello(&first).await);
    assert!(told.program.is_mapped());

    let second = start(idle(&folder), &all).await;
    for plugin in all {
        let (before, now) = (of(&first, plugin), of(&second, plugin));
        assert!(!now.program.is_mapped(), "{plugin}");
        assert_eq!(now.manifest, before.manifest);
        assert_eq!(now.program.serves(), before.program.serves());
        assert_eq!(now.program.contract(), before.program.contract());
    }
    let again = hello(&second).await;
    assert!(matches!(again.answer, Answer::Card(_)), "{again:?}");
    assert_eq!(format!("{:?}", again.answer), format!("{:?}", asked.answer));
    assert!(of(&second, "hello").program.is_mapped());
    assert!(
        !of(&second, "auto-tag").program.is_mapped(),
        "nobody called it"
    );
}

#[tokio::test]
async fn what_is_kept_of_a_plugin_and_not_as_it_was_is_asked_again() {
    let folder = Folder::new("about");
    start(
        engine(Compile::InProcess, Some(folder.0.clone())),
        &["hello"],
    )
    .await;
    let about = kept(&folder.0, "about").remove(0);
    let good = std::fs::read(&about).expect("what was kept");
    type Damage = (&'static str, fn(&mut Vec<u8>));
    let damages: [Damage; 4] = [
        ("a bit of it", |bytes| bytes[99] ^= 1),
        ("a bit of its digest", |bytes| bytes[0] ^= 1),
        ("half of it", |bytes| bytes.truncate(bytes.len() / 2)),
        ("all of it", Vec::clear),
    ];
    for (what, damage) in damages {
        change(&about, damage);
        let host = start(idle(&folder), &["hello"]).await;
        // Its code is good, so it is mapped and asked, and the answer is kept.
        assert!(of(&host, "hello").program.is_mapped(), "{what}");
        assert_eq!(std::fs::read(&about).expect("again"), good, "{what}");
    }
}

#[tokio::test]
async fn code_that_went_away_after_the_start_is_told_and_made_again_by_a_reload() {
    let (folder, plugins) = (Folder::new("away"), Folder::new("away-plugins"));
    std::fs::create_dir(&plugins.0).expect("a folder");
    std::fs::copy(e2e::guests::plugin("hello"), plugins.0.join("hello.wasm")).expect("a copy");
    let start = async || {
        let engine = engine(Compile::InProcess, Some(folder.0.clone()));
        let host = Host::builder().engine(engine).folder(&plugins.0);
        host.start().await.expect("a host")
    };
    start().await;
    let host = start().await;
    std::fs::remove_file(kept(&folder.0, "artefact").remove(0)).expect("removed");
    let Answer::Failed(problem) = hello(&host).await.answer else {
        panic!("there is no code to call");
    };
    assert_eq!(problem.code, Code::LoadCompileFailed);
    assert!(problem.to_string().contains("/reload"), "{problem}");
    let id = PluginId::parse("hello").expect("an id");
    host.reload(&id).await.expect("compiled");
    assert!(matches!(hello(&host).await.answer, Answer::Card(_)));
}
