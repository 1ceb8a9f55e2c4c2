//! Which events a plugin takes, as it last said.

use super::fault::Trouble;
use super::ledger::{Ledger, Outcome};
use crate::model::id::PluginId;
use crate::storage::StorageError;
use rusqlite::{Connection, params};

/// Writes a plugin's subscription down; an empty one is removed.
pub(super) fn write(ledger: &Ledger, plugin: &PluginId, events: &[String]) -> Outcome<()> {
    if events.is_empty() {
        ledger
            .sql("DELETE FROM subscription WHERE plugin = ?1")?
            .execute([plugin.as_str()])?;
        return Ok(());
    }
    ledger
        .sql("INSERT OR REPLACE INTO subscription (plugin, events) VALUES (?1, ?2)")?
        .execute(params![plugin.as_str(), events.join("\n")])?;
    Ok(())
}

/// All of them.
pub(super) fn read(db: &Connection) -> Outcome<Vec<(PluginId, Vec<String>)>> {
    let mut statement = db.prepare_cached("SELECT plugin, events FROM subscription")?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (plugin, events): (String, String) = (row.get(0)?, row.get(1)?);
        let plugin = PluginId::parse(&plugin).ok_or_else(|| {
            let why = format!("{plugin:?} is written down as a plugin");
            Trouble::from(StorageError::Failed(why))
        })?;
        all.push((plugin, events.lines().map(str::to_owned).collect()));
    }
    Ok(all)
}
