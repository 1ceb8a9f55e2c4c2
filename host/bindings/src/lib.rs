//! The host's side of `sidepane:plugin@0.1.0`, generated from `wit/`.
//!
//! A crate of its own because generating and compiling it takes longer than all of the host's own
//! code, and `wit/` changes less often. Nothing but `engine` of the `sidepane` crate uses it.

/// The one call of `bindgen!`. Its world holds every export there is; the host takes those that a
/// component has by their `GuestIndices`, one by one.
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "card-event-action-plugin",
        imports: {
            "sidepane:plugin/http.send": async | trappable,
            "sidepane:plugin/http.send-all": async | trappable,
            "sidepane:plugin/store": async | trappable,
            default: trappable,
        },
        exports: { default: async },
    });
}

pub use generated::exports::sidepane::plugin as exports;
pub use generated::sidepane::plugin as imports;
