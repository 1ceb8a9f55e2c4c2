//! How wasmtime is set up: one place, so that compiling and serving cannot drift apart, though they
//! happen in two processes.
//!
//! What is off is off for a reason: about two in three of wasmtime's advisories of 2026 concern
//! features that no plugin needs.

use std::num::NonZeroUsize;
use wasmtime::{
    Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy,
    WasmBacktraceDetails,
};

/// Settings of the pool that instances come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSettings {
    /// Calls that can run at one time, over all plugins. Each place reserves address space, not
    /// memory.
    pub instances: u32,
    /// The largest linear memory that any grant may allow.
    pub max_memory_bytes: usize,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            instances: 1_000,
            max_memory_bytes: 1 << 30,
        }
    }
}

/// Stack for the guest; the host's functions get the rest of `ASYNC_STACK`.
const WASM_STACK: usize = 512 << 10;
/// The whole stack of a call. Too small a difference would abort the process.
const ASYNC_STACK: usize = 2 << 20;
/// Of a stack, what stays resident between calls: zeroing that is cheaper than giving it back.
const STACK_RESIDENT: usize = 32 << 10;
/// Of a linear memory, what stays resident between calls.
const MEMORY_RESIDENT: usize = 256 << 10;

/// What an artefact depends on, on both sides: features, tunables, fuel and costs.
fn shared_config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .operator_cost(operator_cost())
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(ASYNC_STACK)
        .async_stack_zeroing(true)
        .guard_before_linear_memory(true)
        .signals_based_traps(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20));
    features(&mut config);
    config
}

/// What compiles: the shared part and the compiler. It makes no instance, so that it needs no pool:
/// one would not even start under a child's limit of address space.
pub(super) fn compiling_config() -> Config {
    let mut config = shared_config();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true);
    config
}

/// What serves: the shared part and the pooling allocator. There is no compiler in it.
pub(super) fn serving_config(pool: &PoolSettings, pagemap_scan: Enabled) -> Config {
    let mut config = shared_config();
    config.enable_compiler(false);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pooling(
        pool,
        pagemap_scan,
    )));
    config
}

fn features(config: &mut Config) {
    config
        .wasm_component_model(true)
        .wasm_reference_types(true)
        .wasm_bulk_memory(true)
        .wasm_multi_value(true)
        .wasm_simd(true)
        .wasm_gc(false)
        .gc_support(false)
        .wasm_function_references(false)
        .wasm_exceptions(false)
        .wasm_threads(false)
        .shared_memory(false)
        .wasm_shared_everything_threads(false)
        .wasm_memory64(false)
        // Not for plugins, whose own modules are validated without: what the engine itself puts
        // between the components of a composed plugin copies from one memory to another.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_stack_switching(false)
        .concurrency_support(false);
}

/// What one component may have of each: Python, Go and JavaScript guests were measured to need that.
const CORE_INSTANCES: u32 = 200;
const MEMORIES: u32 = 4;
const TABLES: u32 = 60;

/// Places that keep their last plugin's pages while nobody uses them: enough for dozens of plugins to
/// find one of their own. More would only let memory grow with every version that was ever loaded,
/// since what is new prefers a place that nobody has used.
const WARM: u32 = 256;

fn pooling(pool: &PoolSettings, pagemap_scan: Enabled) -> PoolingAllocationConfig {
    let calls = pool.instances;
    let mut config = PoolingAllocationConfig::new();
    config
        .total_component_instances(calls)
        .total_stacks(calls)
        // A Rust component has up to four core instances and one memory; the large guests take
        // more of both and are few. A small pool, too, has room for the largest that it takes.
        .total_core_instances(calls.saturating_mul(6).max(CORE_INSTANCES))
        .total_memories(calls.saturating_mul(2).max(MEMORIES))
        .total_tables(calls.saturating_mul(4).max(TABLES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memories_per_module(1)
        .max_tables_per_module(2)
        .table_elements(60_000)
        .max_core_instance_size(4 << 20)
        .max_component_instance_size(4 << 20)
        .max_memory_size(pool.max_memory_bytes)
        .max_unused_warm_slots(calls.min(WARM))
        .linear_memory_keep_resident(MEMORY_RESIDENT)
        .table_keep_resident(16 << 10)
        .async_stack_keep_resident(STACK_RESIDENT)
        .pagemap_scan(pagemap_scan);
    config
}

/// Growing memory is the one bulk operation that is free by default.
fn operator_cost() -> wasmtime::OperatorCost {
    let mut cost = wasmtime::OperatorCost::default();
    cost.variable.memory_grow_per_page = 100;
    cost
}
