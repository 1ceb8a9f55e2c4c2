//! Projects in JavaScript and TypeScript.

use crate::studio::{MIXTURES, Studio};

#[test]
fn the_printed_commands_lead_to_a_card() {
    for (lang, source) in [("js", "js"), ("ts", "ts")] {
        let studio = Studio::new();
        let all = format!("all-in-{lang}");
        let steps = studio.begin(&all, lang, "card,event,action");
        studio.follow(&all, &steps);
        let plugin = format!("{all}/src/plugin.{source}");
        assert!(studio.folder.join(plugin).is_file(), "{lang}");

        let modules = studio.folder.join(&all).join("node_modules");
        for mixture in MIXTURES {
            let name = format!("in-{lang}-{}", mixture.replace(',', "-"));
            studio.begin(&name, lang, mixture);
            studio.share(&modules, &format!("{name}/node_modules"));
            let told = studio.done("npm test", &name);
            assert!(told.contains("# fail 0"), "{told}");
            let told = studio.done("npm run build", &name);
            let parts = mixture.replace(',', ", ");
            assert!(told.contains(&format!("serves {parts}\n")), "{told}");
        }
        // Compiling takes seconds, so of the mixtures the single parts stand for the rest.
        for part in ["card", "event", "action"]
            .into_iter()
            .filter(|_| lang == "js")
        {
            let name = format!("in-js-{part}");
            let told = studio.done(&format!("sidepane check build/{name}.wasm"), &name);
            assert!(told.contains(&format!("serves      {part}s")), "{told}");
        }
    }
}
