//! How often modules and components are instantiated in all: a component that instantiates another
//! ten times, which does the same, and so on, is short and means a million.

use wasmparser::{
    BinaryReaderError, ComponentAlias, ComponentExternalKind, ComponentInstance,
    ComponentOuterAliasKind, ComponentTypeRef, Encoding, Instance, Payload,
};

/// What one instantiation of a component makes, what is inside it included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Made {
    /// Instances of modules.
    pub(super) modules: u64,
    /// Instances of components.
    pub(super) components: u64,
}

impl Made {
    /// More than there may be of either.
    const UNKNOWN: Self = Self {
        modules: u64::MAX,
        components: u64::MAX,
    };

    fn and(self, other: Self) -> Self {
        Self {
            modules: self.modules.saturating_add(other.modules),
            components: self.components.saturating_add(other.components),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            modules: self.modules.max(other.modules),
            components: self.components.max(other.components),
        }
    }
}

/// A component that is being read.
#[derive(Debug, Default)]
struct Open {
    /// A module makes nothing, and is no component that can be named.
    component: bool,
    made: Made,
    /// What each component makes that can be named here, in the order of its names.
    known: Vec<Made>,
}

/// All components that are being read, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Instances {
    open: Vec<Open>,
    /// The most that any component so far makes: what one makes that came from elsewhere is at
    /// most this.
    most: Made,
}

impl Instances {
    /// Takes one part into account, and tells what the component that it belongs to makes so far.
    pub(super) fn take(&mut self, payload: &Payload<'_>) -> Result<Made, BinaryReaderError> {
        match payload {
            Payload::Version { encoding, .. } => self.open.push(Open {
                component: *encoding == Encoding::Component,
                ..Open::default()
            }),
            Payload::End(_) => self.end(),
            Payload::InstanceSection(section) => {
                for instance in section.clone() {
                    if let Instance::Instantiate { .. } = instance? {
                        self.make(Made {
                            modules: 1,
                            components: 0,
                        });
                    }
                }
            }
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone() {
                    if let ComponentInstance::Instantiate {
                        component_index, ..
                    } = instance?
                    {
                        let one = Made {
                            modules: 0,
                            components: 1,
                        };
                        let inside = self.known(component_index);
                        self.make(inside.and(one));
                    }
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section.clone() {
                    self.elsewhere(names_component(&alias?));
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section.clone() {
                    let component = matches!(import?.ty, ComponentTypeRef::Component(_));
                    if component {
                        // It may be one that is read only later. No tool writes this.
                        self.most = Made::UNKNOWN;
                    }
                    self.elsewhere(component);
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone() {
                    self.elsewhere(export?.kind == ComponentExternalKind::Component);
                }
            }
            _ => {}
        }
        Ok(self.open.last().map(|open| open.made).unwrap_or_default())
    }

    fn end(&mut self) {
        let Some(ended) = self.open.pop() else {
            return;
        };
        self.most = self.most.or(ended.made);
        if let Some(around) = self.open.last_mut()
            && ended.component
        {
            around.known.push(ended.made);
        }
    }

    fn make(&mut self, made: Made) {
        if let Some(open) = self.open.last_mut() {
            open.made = open.made.and(made);
            self.most = self.most.or(open.made);
        }
    }

    /// A name for a component that stands somewhere else.
    fn elsewhere(&mut self, component: bool) {
        let most = self.most;
        if let Some(open) = self.open.last_mut()
            && component
        {
            open.known.push(most);
        }
    }

    fn known(&self, index: u32) -> Made {
        let open = self.open.last();
        open.and_then(|open| open.known.get(usize::try_from(index).ok()?))
            .copied()
            .unwrap_or(self.most)
    }
}

fn names_component(alias: &ComponentAlias<'_>) -> bool {
    match alias {
        ComponentAlias::InstanceExport { kind, .. } => *kind == ComponentExternalKind::Component,
        ComponentAlias::Outer { kind, .. } => *kind == ComponentOuterAliasKind::Component,
        ComponentAlias::CoreInstanceExport { .. } => false,
    }
}
