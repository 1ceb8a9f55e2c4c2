//! Plugins' values.

use super::ledger::{Ledger, Outcome};
use crate::model::id::InstallationId;
use crate::model::store::{StoreChanges, StoreWrite, Stored};
use crate::model::time::Millis;
use crate::storage::StorageError;
use rusqlite::{Connection, OptionalExtension, params};

/// One value, unless it has expired.
pub(super) fn value(
    db: &Connection,
    of: &InstallationId,
    key: &str,
    now: Millis,
) -> rusqlite::Result<Option<Stored>> {
    db.prepare_cached(
        "SELECT value, version, expires FROM value WHERE plugin = ?1 AND account = ?2 AND key = ?3 \
         AND (expires IS NULL OR expires > ?4)",
    )?
    .query_row(
        params![of.plugin.as_str(), of.account.as_str(), key, now.0],
        |row| {
            Ok(Stored {
                value: row.get(0)?,
                version: row.get(1)?,
                expires: row.get::<_, Option<i64>>(2)?.map(Millis),
            })
        },
    )
    .optional()
}

/// Keys that start with `prefix` and stand behind `after`.
pub(super) fn keys(
    db: &Connection,
    of: &InstallationId,
    prefix: &str,
    after: Option<&str>,
    most: usize,
    now: Millis,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "SELECT key FROM value WHERE plugin = ?1 AND account = ?2 AND key >= ?3 AND key > ?4 \
         AND (expires IS NULL OR expires > ?5) ORDER BY key",
    )?;
    // An empty text stands before every key but the empty one, which no plugin may use.
    let after = after.unwrap_or_default();
    let (plugin, account) = (of.plugin.as_str(), of.account.as_str());
    let mut rows = statement.query(params![plugin, account, prefix, after, now.0])?;
    let mut found: Vec<String> = Vec::new();
    while found.len() < most
        && let Some(row) = rows.next()?
    {
        let key: String = row.get(0)?;
        // Keys with the same beginning stand together.
        if !key.starts_with(prefix) {
            break;
        }
        found.push(key);
    }
    Ok(found)
}

/// Writes what a call did to its installation's values, if what it read still stands.
pub(super) fn commit(
    ledger: &Ledger,
    of: &InstallationId,
    changes: &StoreChanges,
    now: Millis,
) -> Outcome<()> {
    if changes.is_empty() {
        return Ok(());
    }
    for (key, version) in &changes.reads {
        let stands = value(&ledger.db, of, key, now)?.map_or(0, |stored| stored.version);
        if stands != *version {
            return Err(StorageError::Conflict(key.clone()).into());
        }
    }
    let (mut keys, mut bytes, mut grows) = (0, 0, false);
    for (key, write) in &changes.writes {
        let gone = remove(ledger, of, key)?;
        keys -= i64::from(gone.is_some());
        bytes -= gone.unwrap_or_default();
        if let StoreWrite::Set { value, expires } = write {
            insert(ledger, of, key, value, *expires)?;
            keys += 1;
            bytes += size(key, value);
            grows = true;
        }
    }
    weigh(ledger, of, keys, bytes)?;
    if grows {
        check_quota(ledger, of, now)
    } else {
        Ok(())
    }
}

fn size(key: &str, value: &str) -> i64 {
    i64::try_from(key.len() + value.len()).unwrap_or(i64::MAX)
}

/// Takes a key away and tells how many bytes it took.
fn remove(ledger: &Ledger, of: &InstallationId, key: &str) -> Outcome<Option<i64>> {
    Ok(ledger
        .sql(
            "DELETE FROM value WHERE plugin = ?1 AND account = ?2 AND key = ?3 \
             RETURNING octet_length(key) + octet_length(value)",
        )?
        .query_row(
            params![of.plugin.as_str(), of.account.as_str(), key],
            |row| row.get(0),
        )
        .optional()?)
}

fn insert(
    ledger: &Ledger,
    of: &InstallationId,
    key: &str,
    value: &str,
    expires: Option<Millis>,
) -> Outcome<()> {
    ledger
        .sql(
            "INSERT INTO value (plugin, account, key, value, version, expires) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            of.plugin.as_str(),
            of.account.as_str(),
            key,
            value,
            ledger.draw(),
            expires.map(|at| at.0),
        ])?;
    Ok(())
}

/// Keeps the count of an installation.
fn weigh(ledger: &Ledger, of: &InstallationId, keys: i64, bytes: i64) -> Outcome<()> {
    ledger
        .sql(
            "INSERT INTO shelf (plugin, account, keys, bytes) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET keys = keys + excluded.keys, bytes = bytes + excluded.bytes",
        )?
        .execute(params![
            of.plugin.as_str(),
            of.account.as_str(),
            keys,
            bytes
        ])?;
    Ok(())
}

fn check_quota(ledger: &Ledger, of: &InstallationId, now: Millis) -> Outcome<()> {
    if weighed(ledger, of)?.is_ok() {
        return Ok(());
    }
    // What has expired takes no room.
    purge(ledger, Some(of), now, usize::MAX)?;
    Ok(weighed(ledger, of)??)
}

fn weighed(ledger: &Ledger, of: &InstallationId) -> Outcome<Result<(), StorageError>> {
    let (keys, bytes) = ledger
        .sql("SELECT keys, bytes FROM shelf WHERE plugin = ?1 AND account = ?2")?
        .query_row(params![of.plugin.as_str(), of.account.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(ledger.settings.quotas.values(keys, bytes))
}

/// Removes up to `most` expired values, of one installation or of all.
pub(super) fn purge(
    ledger: &Ledger,
    of: Option<&InstallationId>,
    now: Millis,
    most: usize,
) -> Outcome<u64> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut statement = ledger.sql(
        "SELECT plugin, account, key FROM value WHERE expires <= ?1 \
         AND (?2 IS NULL OR (plugin = ?2 AND account = ?3)) LIMIT ?4",
    )?;
    let (plugin, account) = of
        .map(|of| (of.plugin.as_str(), of.account.as_str()))
        .unzip();
    let mut rows = statement.query(params![now.0, plugin, account, most])?;
    let mut expired = Vec::new();
    while let Some(row) = rows.next()? {
        let of = InstallationId {
            plugin: super::ledger::plugin(row, "plugin")?,
            account: super::ledger::account(row, "account")?,
        };
        expired.push((of, row.get::<_, String>("key")?));
    }
    drop(rows);
    discard(ledger, &expired)
}

/// Removes these keys and keeps their installations' counts.
pub(super) fn discard(ledger: &Ledger, gone: &[(InstallationId, String)]) -> Outcome<u64> {
    let mut count = 0;
    for (of, key) in gone {
        if let Some(bytes) = remove(ledger, of, key)? {
            weigh(ledger, of, -1, -bytes)?;
            count += 1;
        }
    }
    Ok(count)
}
