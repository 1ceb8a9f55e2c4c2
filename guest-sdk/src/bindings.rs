//! What wit-bindgen makes of `wit/`: the only place where it is called.
//!
//! The host goes by a component's exports, so a plugin must export what it serves and nothing else.
//! Hence one world for each export: [`export!`](crate::export) calls the macros of those that a
//! plugin names, and the linker joins their types. `manifest` stands in a world of its own because
//! two worlds that both export it would define its symbols twice.
//!
//! The path leads out of this package, which suits a workspace. To publish the crate, `wit/` has to
//! be copied (or linked) into `guest-sdk/` and the path changed.
#![allow(missing_docs, reason = "the modules that wit-bindgen makes have none")]
#![allow(
    unsafe_code,
    reason = "the canonical ABI is raw pointers; wit-bindgen writes it"
)]
#![allow(unreachable_pub, clippy::all, reason = "generated")]

/// The host's functions, and the words that all exports share.
pub mod host {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package sidepane:sdk-host;
            world sdk-host {
                include sidepane:plugin/imports@0.1.0;
                import sidepane:plugin/form@0.1.0;
                import sidepane:plugin/context@0.1.0;
                import sidepane:plugin/card@0.1.0;
                import sidepane:plugin/event@0.1.0;
            }
        ",
        world: "sidepane:sdk-host/sdk-host",
        generate_all,
        generate_unused_types: true,
        additional_derives: [PartialEq],
    });
}

/// The export that every plugin has.
pub mod manifest {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package sidepane:sdk-manifest;
            world sdk-manifest { export sidepane:plugin/manifest@0.1.0; }
        ",
        world: "sidepane:sdk-manifest/sdk-manifest",
        with: { "sidepane:plugin/form@0.1.0": crate::bindings::host::sidepane::plugin::form },
        generate_all,
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "__export_manifest",
        default_bindings_module: "sidepane_sdk::bindings::manifest",
    });
}

/// The export of plugins that show a card.
pub mod card {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package sidepane:sdk-card;
            world sdk-card { export sidepane:plugin/contact-context@0.1.0; }
        ",
        world: "sidepane:sdk-card/sdk-card",
        with: {
            "sidepane:plugin/form@0.1.0": crate::bindings::host::sidepane::plugin::form,
            "sidepane:plugin/context@0.1.0": crate::bindings::host::sidepane::plugin::context,
            "sidepane:plugin/card@0.1.0": crate::bindings::host::sidepane::plugin::card,
        },
        generate_all,
        pub_export_macro: true,
        export_macro_name: "__export_card",
        default_bindings_module: "sidepane_sdk::bindings::card",
    });
}

/// The export of plugins that take events.
pub mod event {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package sidepane:sdk-event;
            world sdk-event { export sidepane:plugin/product-event@0.1.0; }
        ",
        world: "sidepane:sdk-event/sdk-event",
        with: { "sidepane:plugin/event@0.1.0": crate::bindings::host::sidepane::plugin::event },
        generate_all,
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "__export_event",
        default_bindings_module: "sidepane_sdk::bindings::event",
    });
}

/// The export of plugins that carry out actions.
pub mod action {
    wit_bindgen::generate!({
        path: "../wit",
        inline: "
            package sidepane:sdk-action;
            world sdk-action { export sidepane:plugin/action@0.1.0; }
        ",
        world: "sidepane:sdk-action/sdk-action",
        with: {
            "sidepane:plugin/form@0.1.0": crate::bindings::host::sidepane::plugin::form,
            "sidepane:plugin/context@0.1.0": crate::bindings::host::sidepane::plugin::context,
            "sidepane:plugin/card@0.1.0": crate::bindings::host::sidepane::plugin::card,
        },
        generate_all,
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "__export_action",
        default_bindings_module: "sidepane_sdk::bindings::action",
    });
}
