//! Component types, walked without recursion.
//!
//! They nest, and the parser that reads them whole calls itself for each level: three bytes a level
//! would take the stack of whoever reads a hostile file, and with it the process. So they are walked
//! here first, and nobody else reads them before the walk has found them shallow.

use super::counts::Counts;
use super::limits::ScanLimits;
use super::malformed;
use crate::model::problem::Problem;
use wasmparser::{
    BinaryReader, BinaryReaderError, ComponentDefinedType, ComponentImport, ComponentType,
    ComponentTypeSectionReader, CoreType, InstanceTypeDeclaration,
};

/// A component type, and an instance type: the two that hold other types.
const HOLDERS: [u8; 2] = [0x41, 0x42];

/// Counts the types of a section and how deep they nest.
pub(super) fn count(
    counts: &mut Counts,
    section: &ComponentTypeSectionReader<'_>,
    file: &[u8],
) -> Result<(), Problem> {
    let range = section.range();
    let bytes = file.get(range.clone()).unwrap_or_default();
    let mut reader = BinaryReader::new(bytes, range.start);
    let wrong = |error: BinaryReaderError| malformed(&error);
    // How many declarations each open type still has; the section itself is the outermost.
    let mut open = vec![reader.read_var_u32().map_err(wrong)?];
    while let Some(left) = open.last_mut() {
        let Some(less) = left.checked_sub(1) else {
            open.pop();
            continue;
        };
        *left = less;
        let outermost = open.len() == 1;
        if outermost || declares_type(counts, &mut reader)? {
            counts.add(ScanLimits::types(), 1)?;
            if let Some(inside) = ty(counts, &mut reader)? {
                open.push(inside);
                counts.most(ScanLimits::type_nesting(), open.len() as u64)?;
            }
        }
    }
    Ok(())
}

/// Counts a core type: one, or as many as a module's type declares.
pub(super) fn core(counts: &mut Counts, ty: &CoreType<'_>) -> Result<(), Problem> {
    let types = match ty {
        CoreType::Rec(group) => group.types().len(),
        CoreType::Module(declarations) => declarations.len() + 1,
    };
    counts.add(ScanLimits::types(), types as u64)
}

/// Reads one declaration of a component or instance type; a type only up to where it begins.
fn declares_type(counts: &mut Counts, reader: &mut BinaryReader<'_>) -> Result<bool, Problem> {
    let wrong = |error: BinaryReaderError| malformed(&error);
    let mut ahead = reader.clone();
    match ahead.read_u8().map_err(wrong)? {
        0x00 => {
            *reader = ahead;
            core(counts, &reader.read::<CoreType<'_>>().map_err(wrong)?)?;
        }
        0x01 => {
            *reader = ahead;
            return Ok(true);
        }
        0x03 => {
            *reader = ahead;
            reader.read::<ComponentImport<'_>>().map_err(wrong)?;
        }
        _ => {
            reader
                .read::<InstanceTypeDeclaration<'_>>()
                .map_err(wrong)?;
        }
    }
    Ok(false)
}

/// Reads one type, or the head of one that holds others: how many declarations it has.
fn ty(counts: &mut Counts, reader: &mut BinaryReader<'_>) -> Result<Option<u32>, Problem> {
    let wrong = |error: BinaryReaderError| malformed(&error);
    let mut ahead = reader.clone();
    let first = ahead.read_u8().map_err(wrong)?;
    if HOLDERS.contains(&first) {
        *reader = ahead;
        return reader.read_var_u32().map_err(wrong).map(Some);
    }
    match reader.read::<ComponentType<'_>>().map_err(wrong)? {
        ComponentType::Func(ty) => counts.most(ScanLimits::params(), ty.params.len() as u64)?,
        ComponentType::Defined(ty) => counts.most(ScanLimits::fields(), parts(&ty) as u64)?,
        // The holders do not come here, and a resource has no parts.
        ComponentType::Component(_)
        | ComponentType::Instance(_)
        | ComponentType::Resource { .. } => {}
    }
    Ok(None)
}

fn parts(ty: &ComponentDefinedType<'_>) -> usize {
    match ty {
        ComponentDefinedType::Record(fields) => fields.len(),
        ComponentDefinedType::Variant(cases) => cases.len(),
        ComponentDefinedType::Tuple(types) => types.len(),
        ComponentDefinedType::Flags(names) | ComponentDefinedType::Enum(names) => names.len(),
        _ => 0,
    }
}
