//! Which contract a component was built against, and whether it imports what this host gives.

use crate::model::problem::{Code, Problem};

/// The contract that this host speaks.
pub const CONTRACT: &str = "0.1.0";
/// The custom section in which the SDK stamps the contract's version.
pub(super) const STAMP: &str = "sidepane:contract";

/// A stamp of the same major and minor version is this contract: 0.1.1 only adds functions and
/// interfaces, and a plugin that uses one of those fails by its imports.
pub(super) fn same_contract(stamp: &str) -> Result<(), Problem> {
    let of = |version: &str| {
        let mut parts = version.splitn(3, '.').map(|part| part.parse::<u64>().ok());
        Some((parts.next()??, parts.next()??))
    };
    let Some(built) = of(stamp) else {
        return Err(Problem::new(
            Code::LoadMalformed,
            "The contract's version stamped into the component cannot be read; build it again \
             with sidepane-sdk.",
        )
        .detail(format!("{STAMP} holds {stamp:?}")));
    };
    match Some(built).cmp(&of(CONTRACT)) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(newer(&format!("contract {stamp}"))),
        std::cmp::Ordering::Less => Err(older(&format!("contract {stamp}"))),
    }
}

/// The refusal of a plugin that was built for a later contract.
pub(in crate::engine) fn newer(built_for: &str) -> Problem {
    Problem::new(
        Code::LoadTypeMismatch,
        format!(
            "The plugin was built for {built_for} and this host speaks {CONTRACT}: upgrade \
             Sidepane, or build the plugin with sidepane-sdk 0.1."
        ),
    )
}

/// The refusal of a plugin that was built for an earlier contract.
pub(in crate::engine) fn older(built_for: &str) -> Problem {
    Problem::new(
        Code::LoadTypeMismatch,
        format!(
            "The plugin was built for {built_for} and this host speaks {CONTRACT}: build the \
             plugin again with sidepane-sdk 0.1."
        ),
    )
}

pub(super) fn judge_import(import: &str) -> Result<(), Problem> {
    let (interface, version) = import.split_once('@').unwrap_or((import, ""));
    let known = match interface.split_once('/') {
        Some(("sidepane:plugin", _)) => return judge_own(import, version),
        Some(("wasi:cli" | "wasi:io" | "wasi:clocks" | "wasi:random", _)) => true,
        // Stubs: standard libraries import them whatever the code does.
        Some(("wasi:filesystem" | "wasi:sockets", _)) => true,
        _ => false,
    };
    if known && version.starts_with("0.2.") {
        return Ok(());
    }
    let remedy = match interface.split_once('/') {
        Some(("wasi:http", _)) => "use `sidepane:plugin/http`, which the operator can allow",
        _ if known => "this host gives WASI 0.2",
        _ => "this host gives `sidepane:plugin` and parts of WASI 0.2",
    };
    Err(Problem::new(
        Code::LoadUnknownImport,
        format!("The component imports `{import}`, which no plugin gets: {remedy}."),
    )
    .field(import))
}

fn judge_own(import: &str, version: &str) -> Result<(), Problem> {
    if version.is_empty() {
        return Err(Problem::new(
            Code::LoadUnknownImport,
            format!("The component imports `{import}` without a version; build it against `wit/`."),
        )
        .field(import));
    }
    same_contract(version).map_err(|problem| problem.field(import))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_says_which_side_to_upgrade() {
        assert!(same_contract("0.1.0").is_ok() && same_contract("0.1.7").is_ok());
        let newer = same_contract("0.2.0").expect_err("a later contract");
        assert!(newer.message.contains("upgrade Sidepane"), "{newer}");
        let older = same_contract("0.0.9").expect_err("an earlier contract");
        assert!(older.message.contains("build the plugin again"), "{older}");
        assert_eq!(
            same_contract("yes").expect_err("no version").code,
            Code::LoadMalformed
        );
    }

    #[test]
    fn imports_are_judged_by_name() {
        for good in [
            "sidepane:plugin/http@0.1.0",
            "wasi:io/streams@0.2.6",
            "wasi:sockets/tcp@0.2.9",
        ] {
            assert!(judge_import(good).is_ok(), "{good}");
        }
        let cases = [
            (
                "wasi:http/outgoing-handler@0.2.6",
                Code::LoadUnknownImport,
                "sidepane:plugin/http",
            ),
            ("wasi:cli/stdin@0.3.0", Code::LoadUnknownImport, "WASI 0.2"),
            (
                "acme:thing/x@1.0.0",
                Code::LoadUnknownImport,
                "sidepane:plugin",
            ),
            (
                "sidepane:plugin/http@0.2.0",
                Code::LoadTypeMismatch,
                "upgrade Sidepane",
            ),
            (
                "sidepane:plugin/http",
                Code::LoadUnknownImport,
                "without a version",
            ),
        ];
        for (import, code, part) in cases {
            let problem = judge_import(import).expect_err(import);
            assert_eq!(problem.code, code, "{import}");
            assert!(problem.message.contains(part), "{problem}");
            assert_eq!(problem.field.as_deref(), Some(import));
        }
    }
}
