//! Counting what a component holds, in one pass that keeps nothing: each ceiling is looked at
//! before what it bounds is read.

use super::instances::Instances;
use super::limits::{Ceiling, ScanLimits};
use super::types;
use super::{breaks_off, malformed};
use crate::model::problem::{Code, Problem};
use wasmparser::{
    BinaryReaderError, DataSectionReader, ElementItems, ElementSectionReader, FunctionBody,
    Imports, Operator, Payload, RecGroup, SectionLimited,
};

/// What was counted so far, and what may be.
#[derive(Debug)]
pub(super) struct Counts {
    limits: ScanLimits,
    used: ScanLimits,
    instances: Instances,
    depth: u64,
}

impl Counts {
    pub(super) fn new(limits: &ScanLimits) -> Self {
        Self {
            limits: limits.clone(),
            used: ScanLimits::NONE,
            instances: Instances::default(),
            depth: 0,
        }
    }

    /// What was counted in all.
    pub(super) fn used(self) -> ScanLimits {
        self.used
    }

    /// How many modules and components are open around what is read.
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    /// Counts `more` of something that adds up.
    pub(super) fn add(&mut self, what: Ceiling, more: u64) -> Result<(), Problem> {
        let all = (what.of)(&mut self.used).saturating_add(more);
        self.most(what, all)
    }

    /// Counts something of which only the largest matters.
    pub(super) fn most(&mut self, what: Ceiling, this: u64) -> Result<(), Problem> {
        let used = (what.of)(&mut self.used);
        *used = this.max(*used);
        let limit = *(what.of)(&mut self.limits);
        match this <= limit {
            true => Ok(()),
            false => Err(Problem::new(
                Code::LoadLimit,
                format!(
                    "The component has more {} than any plugin needs; split it or build it smaller.",
                    what.name
                ),
            )
            .field(what.name)
            .of_limit(this, limit)),
        }
    }

    /// Counts one part of a component.
    pub(super) fn count(&mut self, payload: &Payload<'_>, file: &[u8]) -> Result<(), Problem> {
        let made = self.instances.take(payload);
        let made = made.map_err(|error| malformed(&error))?;
        self.most(ScanLimits::core_instances(), made.modules)?;
        self.most(ScanLimits::instances(), made.components)?;
        match payload {
            Payload::Version { .. } => {
                self.depth += 1;
                self.most(ScanLimits::nesting(), self.depth)
            }
            Payload::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                Ok(())
            }
            Payload::CustomSection(section) => {
                self.add(ScanLimits::custom_bytes(), section.data().len() as u64)
            }
            Payload::CodeSectionEntry(body) => self.body(body),
            // The parser goes on inside and does not look whether all of it is there.
            Payload::ModuleSection {
                unchecked_range, ..
            }
            | Payload::ComponentSection {
                unchecked_range, ..
            } if unchecked_range.end > file.len() => Err(breaks_off(file.len())),
            _ => self
                .of_module(payload)
                .and_then(|()| self.of_component(payload, file)),
        }
    }

    fn of_module(&mut self, payload: &Payload<'_>) -> Result<(), Problem> {
        match payload {
            Payload::TypeSection(section) => self.groups(section),
            Payload::ImportSection(section) => {
                self.items(ScanLimits::module_imports(), section)?;
                for group in section.clone() {
                    // A group of many under one name is a proposal; its items count all the same.
                    let items = match group.map_err(|error| malformed(&error))? {
                        Imports::Single(..) => 0,
                        Imports::Compact1 { items, .. } => items.count(),
                        Imports::Compact2 { names, .. } => names.count(),
                    };
                    self.add(ScanLimits::module_imports(), items.into())?;
                }
                Ok(())
            }
            Payload::FunctionSection(section) => self.items(ScanLimits::functions(), section),
            Payload::TableSection(section) => self.items(ScanLimits::tables(), section),
            Payload::MemorySection(section) => self.items(ScanLimits::memories(), section),
            Payload::GlobalSection(section) => self.items(ScanLimits::globals(), section),
            Payload::ExportSection(section) => self.items(ScanLimits::exports(), section),
            Payload::ElementSection(section) => self.elements(section),
            Payload::DataSection(section) => self.data(section),
            _ => Ok(()),
        }
    }

    fn of_component(&mut self, payload: &Payload<'_>, file: &[u8]) -> Result<(), Problem> {
        match payload {
            Payload::CoreTypeSection(section) => {
                for ty in section.clone() {
                    types::core(self, &ty.map_err(|error| malformed(&error))?)?;
                }
                Ok(())
            }
            Payload::ComponentTypeSection(section) => types::count(self, section, file),
            Payload::ComponentImportSection(section) if self.depth == 1 => {
                self.items(ScanLimits::imports(), section)
            }
            Payload::ComponentExportSection(section) => self.items(ScanLimits::exports(), section),
            Payload::ComponentAliasSection(section) => self.items(ScanLimits::aliases(), section),
            Payload::ComponentCanonicalSection(section) => {
                self.items(ScanLimits::canonicals(), section)
            }
            _ => Ok(()),
        }
    }

    /// The number of items that a section says it has: it is believed before one is read.
    fn items<T>(&mut self, what: Ceiling, section: &SectionLimited<'_, T>) -> Result<(), Problem> {
        self.add(what, section.count().into())
    }

    fn groups(&mut self, section: &SectionLimited<'_, RecGroup>) -> Result<(), Problem> {
        self.items(ScanLimits::types(), section)?;
        for group in section.clone() {
            let group = group.map_err(|error| malformed(&error))?;
            let types = group.types();
            self.add(ScanLimits::types(), (types.len() as u64).saturating_sub(1))?;
            for ty in types {
                if let wasmparser::CompositeInnerType::Func(ty) = &ty.composite_type.inner {
                    let most = ty.params().len().max(ty.results().len());
                    self.most(ScanLimits::params(), most as u64)?;
                }
            }
        }
        Ok(())
    }

    fn elements(&mut self, section: &ElementSectionReader<'_>) -> Result<(), Problem> {
        self.items(ScanLimits::segments(), section)?;
        for element in section.clone() {
            let count = match element.map_err(|error| malformed(&error))?.items {
                ElementItems::Functions(items) => items.count(),
                ElementItems::Expressions(_, items) => items.count(),
            };
            self.add(ScanLimits::elements(), count.into())?;
        }
        Ok(())
    }

    fn data(&mut self, section: &DataSectionReader<'_>) -> Result<(), Problem> {
        self.items(ScanLimits::segments(), section)?;
        for data in section.clone() {
            let data = data.map_err(|error| malformed(&error))?.data;
            self.add(ScanLimits::data_bytes(), data.len() as u64)?;
        }
        Ok(())
    }

    fn body(&mut self, body: &FunctionBody<'_>) -> Result<(), Problem> {
        self.most(ScanLimits::body_bytes(), body.range().len() as u64)?;
        let wrong = |error: BinaryReaderError| malformed(&error);
        let mut locals = 0_u64;
        for group in body.get_locals_reader().map_err(wrong)? {
            let (count, _) = group.map_err(wrong)?;
            locals = locals.saturating_add(count.into());
            self.most(ScanLimits::locals(), locals)?;
        }
        let mut operators = body.get_operators_reader().map_err(wrong)?;
        let (mut depth, mut loops) = (0_u64, 0_u64);
        while !operators.eof() {
            match operators.read().map_err(wrong)? {
                Operator::Loop { .. } => {
                    (depth, loops) = (depth + 1, loops + 1);
                    self.most(ScanLimits::blocks(), depth)?;
                    self.most(ScanLimits::loops(), loops)?;
                }
                Operator::Block { .. }
                | Operator::If { .. }
                | Operator::Try { .. }
                | Operator::TryTable { .. } => {
                    depth += 1;
                    self.most(ScanLimits::blocks(), depth)?;
                }
                Operator::End => depth = depth.saturating_sub(1),
                Operator::BrTable { targets } => {
                    self.most(ScanLimits::br_table(), targets.len().into())?;
                }
                _ => {}
            }
        }
        operators.finish().map_err(wrong)
    }
}
