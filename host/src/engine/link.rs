//! What a component's imports are tied to: the contract's functions, the parts of WASI that
//! standard libraries drag in, and stubs for the rest of it.

use super::clocks::Clocks;
use super::state::State;
use sidepane_bindings::imports::{http, log, settings, store};
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, HasSelf, Linker, LinkerInstance, ResourceType};
use wasmtime_wasi::cli::{WasiCli, WasiCliView as _};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::bindings::{cli, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{WasiView as _, p2};

/// A plugin used a part of WASI that is a stub here.
#[derive(Debug, thiserror::Error)]
#[error("{function} is a stub here: plugins have no sockets")]
pub(super) struct WasiDenied {
    pub(super) function: String,
}

/// The linker that every component begins with.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    http::add_to_linker::<_, HasSelf<State>>(l, |state| state)?;
    settings::add_to_linker::<_, HasSelf<State>>(l, |state| state)?;
    store::add_to_linker::<_, HasSelf<State>>(l, |state| state)?;
    log::add_to_linker::<_, HasSelf<State>>(l, |state| state)?;
    // io, clocks, random, standard streams.
    p2::add_to_linker_proxy_interfaces_async(l)?;
    // Sleeping, too, goes through the seam: a replayed sleep returns at once.
    l.allow_shadowing(true);
    monotonic_clock::add_to_linker::<State, Clocks>(l, State::monotonic)?;
    l.allow_shadowing(false);
    random::insecure::add_to_linker::<State, WasiRandom>(l, |t| t.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(l, |t| t.ctx().ctx.random())?;
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::exit::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdin::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stdout::add_to_linker::<State, WasiCli>(l, State::cli)?;
    cli::terminal_stderr::add_to_linker::<State, WasiCli>(l, State::cli)?;
    // Without folders there is no descriptor to call any of these on: they answer empty.
    filesystem::preopens::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)?;
    Ok(linker)
}

/// Ties sockets, where the component imports them, to functions that trap.
pub(super) fn stub_sockets(
    linker: &mut Linker<State>,
    engine: &Engine,
    component: &Component,
) -> wasmtime::Result<()> {
    let ty = component.component_type();
    for (name, item) in ty.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else {
            continue;
        };
        if !name.starts_with("wasi:sockets/") {
            continue;
        }
        let mut stub = linker.instance(name)?;
        for (item, export) in instance.exports(engine) {
            stub_item(&mut stub, name, item, &export.ty)?;
        }
    }
    Ok(())
}

fn stub_item(
    stub: &mut LinkerInstance<'_, State>,
    interface: &str,
    name: &str,
    item: &ComponentItem,
) -> wasmtime::Result<()> {
    match item {
        ComponentItem::ComponentFunc(_) => {
            let function = format!("{interface}#{name}");
            stub.func_new(name, move |_, _, _, _| {
                let function = function.clone();
                Err(WasiDenied { function }.into())
            })
        }
        ComponentItem::Resource(_) => stub.resource(name, resource(name), |_, _| Ok(())),
        _ => Ok(()),
    }
}

/// What sockets take over from `wasi:io` is the same type there and here; the rest is never made.
fn resource(name: &str) -> ResourceType {
    match name {
        "pollable" => ResourceType::host::<p2::DynPollable>(),
        "input-stream" => ResourceType::host::<p2::DynInputStream>(),
        "output-stream" => ResourceType::host::<p2::DynOutputStream>(),
        "error" => ResourceType::host::<p2::IoError>(),
        _ => ResourceType::host::<()>(),
    }
}
