//! The one macro that makes a component out of a plugin.

/// Version of the contract (`wit/`) that this SDK speaks.
pub const CONTRACT: &str = "0.1.0";

/// [`CONTRACT`] as bytes, for the section that [`export!`](crate::export) writes.
pub const STAMP: [u8; CONTRACT.len()] = stamp();

const fn stamp() -> [u8; CONTRACT.len()] {
    let text = CONTRACT.as_bytes();
    let mut bytes = [0; CONTRACT.len()];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = text[at];
        at += 1;
    }
    bytes
}

/// Exports a plugin to the host: its manifest, and the parts named behind the colon.
///
/// ```
/// # use sidepane_sdk::*;
/// # struct Orders;
/// # impl Plugin for Orders { fn manifest() -> Manifest { Manifest::new("Orders", "1.0.0") } }
/// # impl CardPlugin for Orders {
/// #     fn render(_: Context) -> Result<Option<Card>, Error> { Ok(None) }
/// # }
/// # impl EventPlugin for Orders {
/// #     fn handlers() -> Handlers { Handlers::new().otherwise(|_| Ok(())) }
/// # }
/// sidepane_sdk::export!(Orders: card, event);
/// ```
///
/// | part | trait |
/// |---|---|
/// | `card` | [`CardPlugin`](crate::CardPlugin) |
/// | `event` | [`EventPlugin`](crate::EventPlugin) |
/// | `action` | [`ActionPlugin`](crate::ActionPlugin) |
///
/// Call it once, in the crate that becomes the component. Elsewhere than in wasm it only checks that
/// the traits are there. It also writes [`CONTRACT`] into the custom section `sidepane:contract`, so
/// that a host can say what a plugin was built for even when it cannot run it.
#[macro_export]
macro_rules! export {
    ($plugin:ty $(: $($part:ident),* $(,)?)?) => {
        const _: () = {
            #[cfg(target_arch = "wasm32")]
            #[unsafe(link_section = "sidepane:contract")]
            #[used]
            static CONTRACT: [u8; $crate::STAMP.len()] = $crate::STAMP;

            #[allow(dead_code, reason = "the exports that use it are there in wasm only")]
            type Served = $crate::Served<$plugin, $crate::__parts!($($($part)*)?)>;

            const fn plugin<P: $crate::Plugin>() {}
            plugin::<$plugin>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::manifest::__export_manifest!(
                Served with_types_in $crate::bindings::manifest
            );

            $($($crate::__export_part!($part $plugin);)*)?
        };
    };
}

/// The parts of [`export!`](crate::export) as a type.
#[doc(hidden)]
#[macro_export]
macro_rules! __parts {
    () => { () };
    ($part:ident $($rest:ident)*) => { ($crate::part::$part, $crate::__parts!($($rest)*)) };
}

/// One part of [`export!`](crate::export).
#[doc(hidden)]
#[macro_export]
macro_rules! __export_part {
    (card $plugin:ty) => {
        const _: () = {
            const fn card<P: $crate::CardPlugin>() {}
            card::<$plugin>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::card::__export_card!(
                Served with_types_in $crate::bindings::card
            );
        };
    };
    (event $plugin:ty) => {
        const _: () = {
            const fn event<P: $crate::EventPlugin>() {}
            event::<$plugin>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::event::__export_event!(
                Served with_types_in $crate::bindings::event
            );
        };
    };
    (action $plugin:ty) => {
        const _: () = {
            const fn action<P: $crate::ActionPlugin>() {}
            action::<$plugin>();
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::action::__export_action!(
                Served with_types_in $crate::bindings::action
            );
        };
    };
    ($other:ident $plugin:ty) => {
        compile_error!(concat!(
            "a plugin has no part `",
            stringify!($other),
            "`: there are card, event and action"
        ));
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_the_one_in_wit() {
        let wit = include_str!("../../wit/worlds.wit");
        assert!(
            wit.contains(&format!("\npackage sidepane:plugin@{CONTRACT};\n")),
            "wit/worlds.wit has another version than CONTRACT"
        );
        assert_eq!(STAMP, CONTRACT.as_bytes());
    }
}
