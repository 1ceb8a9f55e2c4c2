//! Projects in Python.

use crate::studio::{MIXTURES, Studio};

#[test]
fn the_printed_commands_lead_to_a_card() {
    let studio = Studio::new();
    let steps = studio.begin("all-in-python", "python", "card,event,action");
    studio.follow("all-in-python", &steps);

    // A component of Python takes the tools a quarter of a minute and the host another, so the other
    // mixtures are tested as Python, and bound to their worlds by the same tools.
    let tool = studio
        .folder
        .join("all-in-python/.venv/bin/componentize-py");
    for mixture in MIXTURES {
        let name = format!("in-python-{}", mixture.replace(',', "-"));
        studio.begin(&name, "python", mixture);
        let told = studio.done("python3 -m unittest", &name);
        assert!(told.contains("\nOK"), "{told}");
        let serves = "from plugin import plugin; print('-'.join(plugin.serves))";
        let serves = studio.done(&format!("python3 -c \"{serves}\""), &name);
        assert_eq!(serves.trim(), mixture.replace(',', "-"));
        let world = format!("{}-plugin", serves.trim());
        let line = format!("{} -q -d wit -w {world} bindings bound", tool.display());
        studio.done(&line, &name);
        // All words that cross the border are there in this mixture's world.
        let exports = "import sys; sys.path.insert(0, 'bound'); import sidepane.component as c; \
                       from plugin import plugin; from sidepane.border import to_host; \
                       print(type(to_host(plugin.describe())).__module__, *c.exports(plugin))";
        let told = studio.done(&format!("python3 -c \"{exports}\""), &name);
        assert!(
            told.contains("wit_world.exports.manifest Manifest"),
            "{told}"
        );
    }
}
