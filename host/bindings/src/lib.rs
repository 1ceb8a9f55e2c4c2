//! The host's side of `sidepane:plugin@0.1.0`, generated from `wit/`.
//!
//! A crate of its own because generating and compiling it takes longer than all of the host's own
//! code, and `wit/` changes less often.

mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "card-event-action-plugin",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}
pub use generated::*;
