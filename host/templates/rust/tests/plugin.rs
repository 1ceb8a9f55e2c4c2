//! The plugin, without a host and without WebAssembly.

use {{crate}}::MyPlugin;

// @card
use sidepane_sdk::Context;
// @end
use sidepane_sdk::testing::FakeHost;
// @card
use sidepane_sdk::testing::context;
// @end
// @card

#[test]
fn a_contact_has_a_card() {
    let card = FakeHost::new().render::<MyPlugin>(context()).card();
    assert_eq!(card.blocks[0].name, "{{title}}");
    assert!(format!("{:?}", card.blocks[0].data[0]).contains("ada@example.com"));
}

#[test]
fn nobody_in_particular_has_none() {
    let nobody = Context {
        email: None,
        ..context()
    };
    assert_eq!(FakeHost::new().render::<MyPlugin>(nobody).answer, Ok(None));
}
// @end
// @event

#[test]
fn messages_are_counted() {
    let mut host = FakeHost::new();
    let message = sidepane_sdk::testing::message_created("Hello");
    assert_eq!(host.handle::<MyPlugin>(message).answer, Ok(()));
    assert_eq!(host.store()["messages/ada@example.com"], "1");
}
// @end
// @action

#[test]
fn a_greeting_is_drafted() {
    let press = sidepane_sdk::testing::action("greet", "Ada");
    let run = FakeHost::new().submit::<MyPlugin>(press);
    let commands = run.answer.expect("done").commands;
    let drafted = r#"[Command::InsertDraft("Hello Ada!")]"#;
    assert_eq!(format!("{commands:?}"), drafted);
}
// @end
