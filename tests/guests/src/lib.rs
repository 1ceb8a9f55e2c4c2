//! Guests that show one behaviour each, for the host's tests. Each is an example of this package,
//! so that one build makes them all.

/// A guest without the SDK, against a contract of its own: what it answers is `$card`, written with
/// the names of that contract.
#[macro_export]
macro_rules! bare_card {
    ($wit:tt, $name:literal, $card:expr) => {
        wit_bindgen::generate!({ path: $wit, world: "card-plugin" });

        use crate::exports::sidepane::plugin::{contact_context, manifest};
        #[allow(unused_imports, reason = "a card of nothing but a name uses none of them")]
        use crate::sidepane::plugin::{card::*, http};

        struct Guest;

        impl manifest::Guest for Guest {
            fn describe() -> manifest::Manifest {
                manifest::Manifest {
                    name: $name.into(),
                    version: "1.0.0".into(),
                    hosts: Vec::new(),
                    secrets: Vec::new(),
                    settings: Vec::new(),
                    views: Vec::new(),
                    events: Vec::new(),
                    actions: Vec::new(),
                    extra: Vec::new(),
                }
            }
        }

        impl contact_context::Guest for Guest {
            fn render(_: contact_context::Context) -> Result<Option<Card>, PluginError> {
                Ok(Some($card))
            }
        }

        export!(Guest);
    };
}

/// A card of [`bare_card`] that shows one element.
#[macro_export]
macro_rules! card_of {
    ($element:expr) => {
        Card {
            contact_name: None,
            contact_link: None,
            cache_s: None,
            blocks: vec![Block {
                name: "Bare".into(),
                icon: None,
                data: vec![$element],
            }],
            extra: Vec::new(),
        }
    };
}
