//! A component, linked and looked through: what a call instantiates.

use super::about::Traits;
use super::compile::blocking;
use super::link;
use super::scan;
use super::state::State;
use crate::model::manifest::Manifest;
use crate::model::problem::{Code, Problem};
use sidepane_bindings::exports::{action, contact_context, manifest, product_event};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::OnceCell;
use wasmtime::component::{Component, Instance, InstancePre, Linker};
use wasmtime::{Engine, Store};

/// One version of a plugin. Clones share its code.
#[derive(Clone)]
pub struct Program {
    traits: Traits,
    code: Arc<Compiled>,
}

/// The code, linked now or when somebody first calls it.
struct Compiled {
    linked: OnceCell<Linked>,
    /// Where an earlier start put it, and what it found out then.
    kept: Option<Kept>,
    /// Whether it was looked for there in vain.
    lost: AtomicBool,
}

/// Code that lies on the disk.
pub(super) struct Kept {
    /// Maps and links it.
    pub(super) link: Box<dyn Fn() -> Result<Linked, Problem> + Send + Sync>,
    pub(super) manifest: Manifest,
}

/// Code that can be called.
#[derive(Clone)]
pub(super) struct Linked {
    pub(super) pre: InstancePre<State>,
    pub(super) manifest: manifest::GuestIndices,
    pub(super) card: Option<contact_context::GuestIndices>,
    pub(super) event: Option<product_event::GuestIndices>,
    pub(super) action: Option<action::GuestIndices>,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program")
            .field("serves", &self.serves())
            .field("linked", &self.code.linked.initialized())
            .finish_non_exhaustive()
    }
}

impl Program {
    /// A program that is linked already.
    pub(super) fn new(linked: Linked, traits: Traits) -> Self {
        let code = Arc::new(Compiled {
            linked: OnceCell::new_with(Some(linked)),
            kept: None,
            lost: AtomicBool::new(false),
        });
        Self { traits, code }
    }

    /// A program that an earlier start compiled and looked into.
    pub(super) fn kept(traits: Traits, kept: Kept) -> Self {
        let code = Arc::new(Compiled {
            linked: OnceCell::new(),
            kept: Some(kept),
            lost: AtomicBool::new(false),
        });
        Self { traits, code }
    }

    /// The code, mapped and linked if nobody has called it yet.
    ///
    /// # Errors
    /// `load.compile_failed` when what was kept is not there any more.
    pub(super) async fn linked(&self) -> Result<&Linked, Problem> {
        if let Some(linked) = self.code.linked.get() {
            return Ok(linked);
        }
        let of_thread = Arc::clone(&self.code);
        let link = || blocking(move || of_thread.link());
        self.code.linked.get_or_try_init(link).await
    }

    /// What it says of itself, where an earlier start asked it.
    pub(super) fn manifest(&self) -> Option<&Manifest> {
        self.code.kept.as_ref().map(|kept| &kept.manifest)
    }

    /// What it exports and imports.
    pub(super) fn traits(&self) -> &Traits {
        &self.traits
    }

    /// Whether it makes cards.
    pub fn serves_cards(&self) -> bool {
        self.traits.card
    }

    /// Whether it takes events.
    pub fn serves_events(&self) -> bool {
        self.traits.event
    }

    /// Whether it carries out actions.
    pub fn serves_actions(&self) -> bool {
        self.traits.action
    }

    /// What it serves, in the words of `sidepane check`.
    pub fn serves(&self) -> Vec<&'static str> {
        let all = [
            ("cards", self.traits.card),
            ("events", self.traits.event),
            ("actions", self.traits.action),
        ];
        all.iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| *name)
            .collect()
    }

    /// Whether its code is in memory: it was compiled just now, or somebody called it.
    pub fn is_mapped(&self) -> bool {
        self.code.linked.initialized()
    }

    /// Whether its code was no longer where an earlier start put it, so that it has to be made again.
    pub fn is_lost(&self) -> bool {
        self.code.lost.load(Ordering::Relaxed)
    }

    /// Whether this is the very same compiled code as `other`, not merely the same bytes compiled
    /// again.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.code, &other.code)
    }

    /// The contract's version that the SDK stamped.
    pub fn contract(&self) -> Option<&str> {
        self.traits.contract.as_deref()
    }
}

impl Compiled {
    fn link(&self) -> Result<Linked, Problem> {
        match &self.kept {
            Some(kept) => (kept.link)().inspect_err(|_| self.lost.store(true, Ordering::Relaxed)),
            None => Err(Problem::new(
                Code::CallHostBug,
                "The plugin has no code; please report it.",
            )),
        }
    }
}

impl Linked {
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
    sockets: bool,
) -> Result<Linked, Problem> {
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
    let linked = Linked {
        manifest,
        card: contact_context::GuestIndices::new(&pre).ok(),
        event: product_event::GuestIndices::new(&pre).ok(),
        action: action::GuestIndices::new(&pre).ok(),
        pre,
    };
    match linked.card.is_none() && linked.event.is_none() && linked.action.is_none() {
        true => Err(missing(component, engine)),
        false => Ok(linked),
    }
}

/// Whether any of these imports is of sockets.
pub(super) fn has_sockets(imports: &[String]) -> bool {
    imports.iter().any(|name| name.starts_with("wasi:sockets/"))
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
