//! A component, linked and looked through: what a call instantiates.

use super::link;
use super::scan::{self, Scan};
use super::state::State;
use crate::model::problem::{Code, Problem};
use sidepane_bindings::exports::{action, contact_context, manifest, product_event};
use wasmtime::component::{Component, Instance, InstancePre, Linker};
use wasmtime::{Engine, Store};

/// One version of a plugin, ready to be called.
#[derive(Clone)]
pub struct Program {
    pub(super) pre: InstancePre<State>,
    pub(super) manifest: manifest::GuestIndices,
    pub(super) card: Option<contact_context::GuestIndices>,
    pub(super) event: Option<product_event::GuestIndices>,
    pub(super) action: Option<action::GuestIndices>,
    contract: Option<String>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("serves", &self.serves())
            .finish_non_exhaustive()
    }
}

impl Program {
    /// Whether it makes cards.
    pub fn serves_cards(&self) -> bool {
        self.card.is_some()
    }

    /// Whether it takes events.
    pub fn serves_events(&self) -> bool {
        self.event.is_some()
    }

    /// Whether it carries out actions.
    pub fn serves_actions(&self) -> bool {
        self.action.is_some()
    }

    /// What it serves, in the words of `sidepane check`.
    pub fn serves(&self) -> Vec<&'static str> {
        let all = [
            ("cards", self.card.is_some()),
            ("events", self.event.is_some()),
            ("actions", self.action.is_some()),
        ];
        all.iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| *name)
            .collect()
    }

    /// Whether this is the very same compiled code as `other`, not merely the same bytes compiled
    /// again.
    pub fn is(&self, other: &Self) -> bool {
        let code = |program: &Self| program.pre.component().image_range();
        code(self) == code(other)
    }

    /// The contract's version that the SDK stamped.
    pub fn contract(&self) -> Option<&str> {
        self.contract.as_deref()
    }

    /// Compares the type of every export with the contract's. Finding an export's name, as
    /// `prepare` does, does not.
    pub(super) fn check_types(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> Result<(), Problem> {
        let mut store = store;
        self.manifest
            .load(&mut store, instance)
            .map(drop)
            .map_err(|error| mismatch("manifest", &error))?;
        if let Some(card) = &self.card {
            card.load(&mut store, instance)
                .map(drop)
                .map_err(|error| mismatch("contact-context", &error))?;
        }
        if let Some(event) = &self.event {
            event
                .load(&mut store, instance)
                .map(drop)
                .map_err(|error| mismatch("product-event", &error))?;
        }
        if let Some(action) = &self.action {
            action
                .load(&mut store, instance)
                .map(drop)
                .map_err(|error| mismatch("action", &error))?;
        }
        Ok(())
    }
}

/// Links a component and finds what it exports.
///
/// # Errors
/// `load.type_mismatch` when an import has another shape, `load.missing_export` when there is no
/// manifest or nothing to serve.
pub(super) fn link(
    engine: &Engine,
    base: &Linker<State>,
    component: &Component,
    scan: Scan,
) -> Result<Program, Problem> {
    let sockets = scan
        .imports
        .iter()
        .any(|name| name.starts_with("wasi:sockets/"));
    let pre = if sockets {
        let mut linker = base.clone();
        link::stub_sockets(&mut linker, engine, component)
            .map_err(|error| mismatch("an import", &error))?;
        linker.instantiate_pre(component)
    } else {
        base.instantiate_pre(component)
    }
    .map_err(|error| mismatch("an import", &error))?;
    let Ok(manifest) = manifest::GuestIndices::new(&pre) else {
        return Err(missing(component, engine));
    };
    let program = Program {
        manifest,
        card: contact_context::GuestIndices::new(&pre).ok(),
        event: product_event::GuestIndices::new(&pre).ok(),
        action: action::GuestIndices::new(&pre).ok(),
        contract: scan.contract,
        pre,
    };
    match program.serves().is_empty() {
        true => Err(missing(component, engine)),
        false => Ok(program),
    }
}

/// Which side is older stands in wasmtime's text: it counts what it expected and what it found.
fn mismatch(what: &str, error: &wasmtime::Error) -> Problem {
    let text = format!("{error:#}");
    let problem = match counts(&text) {
        Some((expected, found)) if found > expected => scan::newer("a later form of the contract"),
        Some((expected, found)) if found < expected => {
            scan::older("an earlier form of the contract")
        }
        None if lacks_own(&text) => scan::newer("a later contract, of which it uses what is new,"),
        _ => Problem::new(
            Code::LoadTypeMismatch,
            format!(
                "The plugin's contract is not this host's {}: build it with sidepane-sdk 0.1, or \
                 upgrade whichever of the two is older.",
                scan::CONTRACT
            ),
        ),
    };
    problem.field(what).detail(text)
}

/// Whether a function or interface of the contract itself is not there: later patches add them.
fn lacks_own(text: &str) -> bool {
    text.contains("`sidepane:plugin/") && text.contains("implementation is missing")
}

/// `expected variant of 6 cases, found 7 cases`: 6 and 7.
fn counts(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit())
            .find_map(|word| word.parse::<u64>().ok())
    };
    let (_, rest) = text.split_once("expected ")?;
    let (expected, found) = rest.split_once(", found ")?;
    Some((number(expected)?, number(found)?))
}

fn missing(component: &Component, engine: &Engine) -> Problem {
    let ty = component.component_type();
    let exports: Vec<_> = ty
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let other = exports.iter().find(|name| {
        name.starts_with("sidepane:plugin/") && !name.contains(&format!("@{}", scan::CONTRACT))
    });
    let message = match other {
        Some(name) => format!(
            "The component exports `{name}` and this host speaks contract {}: upgrade whichever of \
             the two is older.",
            scan::CONTRACT
        ),
        None => "The component is no plugin: it has to export `sidepane:plugin/manifest` and at \
                 least one of `contact-context`, `product-event` and `action`."
            .to_owned(),
    };
    Problem::new(Code::LoadMissingExport, message)
        .detail(format!("exports: {}", exports.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_side_is_read_from_the_counts() {
        let text = "type mismatch: expected variant of 6 cases, found 7 cases";
        assert_eq!(counts(text), Some((6, 7)));
        assert_eq!(counts("no such thing"), None);
        let error = wasmtime::Error::msg(text);
        assert!(
            mismatch("contact-context", &error)
                .message
                .contains("upgrade Sidepane")
        );
        let error = wasmtime::Error::msg("expected record of 9 fields, found 8 fields");
        assert!(
            mismatch("manifest", &error)
                .message
                .contains("build the plugin again")
        );
    }
}
