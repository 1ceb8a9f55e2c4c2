//! The ceilings of a component's shape: what is beyond them is no plugin that anybody writes.

/// One ceiling: its name in refusals, and where it stands among the others.
#[derive(Clone, Copy)]
pub(super) struct Ceiling {
    pub(super) name: &'static str,
    pub(super) of: fn(&mut ScanLimits) -> &mut u64,
}

macro_rules! ceilings {
    ($($field:ident = $limit:expr, $name:literal, $doc:literal;)*) => {
        /// How much of each thing a component may hold before anybody compiles it.
        ///
        /// The numbers let honest guests of every language in, with room, and refuse what is absurd
        /// by name. What is small and still hard to compile is the affair of the compiler's budget.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct ScanLimits {
            $(#[doc = $doc] pub $field: u64,)*
        }

        impl ScanLimits {
            /// What this host takes.
            pub const DEFAULT: Self = Self { $($field: $limit,)* };

            /// Nothing of anything: what counting begins with.
            pub(super) const NONE: Self = Self { $($field: 0,)* };

            $(pub(super) fn $field() -> Ceiling {
                Ceiling { name: $name, of: |limits| &mut limits.$field }
            })*

            /// Every ceiling by the name that a refusal gives it.
            pub fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$(($name, self.$field),)*]
            }
        }
    };
}

ceilings! {
    file_bytes = 32 << 20, "file bytes", "Bytes of the whole file. Python guests have 22 MB.";
    custom_bytes = 24 << 20, "custom section bytes", "Bytes of all custom sections: names and debug information, which only people read.";
    nesting = 8, "nesting", "Modules and components inside each other; composed plugins need 3 or 4.";
    types = 20_000, "types", "Types of all modules and components together, those inside other types included.";
    type_nesting = 16, "type nesting", "Component types inside each other; interfaces need 3.";
    fields = 1_000, "fields", "Fields, cases, flags or parts of one type.";
    params = 128, "parameters", "Parameters or results of one function's type.";
    imports = 256, "imports", "Imports of the component itself; standard libraries bring up to 60.";
    module_imports = 50_000, "module imports", "Imports of all its modules together: shared libraries import one another's functions.";
    exports = 50_000, "exports", "Exports of all modules and components together.";
    functions = 50_000, "functions", "Functions of all modules together.";
    body_bytes = 1 << 20, "function body bytes", "Bytes of one function's body; Python's largest has 427 KB.";
    locals = 2_000, "locals", "Locals of one function.";
    blocks = 2_000, "block nesting", "Blocks inside each other in one function; Python nests 781 deep.";
    loops = 1_000, "loops", "Loops of one function.";
    br_table = 8_192, "branch table targets", "Targets of one `br_table`.";
    memories = 8, "memories", "Memories of all modules together; QuickJS brings 2 or 3.";
    tables = 60, "tables", "Tables of all modules together; a component gets no more from the pool.";
    globals = 50_000, "globals", "Globals of all modules together.";
    segments = 80_000, "segments", "Segments of data and of tables' elements of all modules together. Go leaves zeros out and so has 28,000 in its smallest guest; the engine takes 100,000 of a module.";
    elements = 200_000, "elements", "Entries of all element segments together.";
    data_bytes = 32 << 20, "data bytes", "Bytes of all data segments together.";
    core_instances = 200, "core instances", "Modules that are instantiated, by components inside each other in all; a component gets no more from the pool.";
    instances = 500, "instances", "Components that are instantiated inside, and inside those.";
    canonicals = 10_000, "canonical functions", "Functions that cross the boundary between modules and components, either way.";
    aliases = 50_000, "aliases", "Names that one part of the component takes over from another.";
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
