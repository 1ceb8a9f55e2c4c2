-- The schema of `sidepane.db`, version 1. Numbers that name rows, places, versions and fences are
-- all drawn from one counter, so that none is ever used twice.

-- One row. `tag` tells this database's deliveries from those of another.
-- Events up to `known` stand in the table of that name, their deliveries that wait in `row`.
CREATE TABLE counter (
    tick INTEGER NOT NULL,
    tag INTEGER NOT NULL,
    known INTEGER NOT NULL
) STRICT;

-- Never written again. Its deliveries have the `fanout` numbers that follow its own. As long as
-- the row is there, a repetition is known by `digest`, of account, source and id.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    digest INTEGER NOT NULL,
    type TEXT NOT NULL,
    key TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    fanout INTEGER NOT NULL,
    body TEXT NOT NULL,
    raw TEXT NOT NULL
) STRICT;
-- Events that nobody takes: they go by their own age.
CREATE INDEX event_alone ON event (accepted) WHERE fanout = 0;

-- Events by their digests, all but the newest: those are added many at a time.
CREATE TABLE known (
    digest INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (digest, event)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER event_gone AFTER DELETE ON event BEGIN
    DELETE FROM known WHERE digest = OLD.digest AND event = OLD.seq;
END;

-- The counts of `backlog` and of the quotas, kept with every change.
CREATE TABLE plugin (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    queued INTEGER NOT NULL DEFAULT 0,
    running INTEGER NOT NULL DEFAULT 0,
    retrying INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

-- `lane` is a digest of account and key. `place` is the order within it, none once the delivery is
-- final. `due` stands at the first of a lane alone, and not while somebody holds it: 0 is at once.
-- No foreign key leads to `event`: numbers do, and an index for it would be the largest of all.
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY,
    event INTEGER NOT NULL,
    plugin INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    place INTEGER,
    state INTEGER NOT NULL,
    due INTEGER,
    accepted INTEGER NOT NULL,
    since INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    aborts INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    began INTEGER,
    lease INTEGER,
    ended INTEGER
) STRICT;
CREATE INDEX delivery_ready ON delivery (plugin, due, place) WHERE due IS NOT NULL;
CREATE INDEX delivery_standing ON delivery (plugin, state, seq);
CREATE INDEX delivery_ended ON delivery (state, ended) WHERE ended IS NOT NULL;

-- Who stands where in which lane, all but the newest: those are added many at a time, and most are
-- over before.
CREATE TABLE row (
    plugin INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    place INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    PRIMARY KEY (plugin, lane, place)
) STRICT, WITHOUT ROWID;

-- `try` counts through all series of a delivery, `number` within one.
CREATE TABLE attempt (
    delivery INTEGER NOT NULL REFERENCES delivery (seq) ON DELETE CASCADE,
    try INTEGER NOT NULL,
    number INTEGER NOT NULL,
    began INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    generation BLOB,
    error TEXT,
    usage TEXT,
    PRIMARY KEY (delivery, try)
) STRICT, WITHOUT ROWID;

CREATE TABLE value (
    plugin TEXT NOT NULL,
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires INTEGER,
    PRIMARY KEY (plugin, account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX value_expires ON value (expires) WHERE expires IS NOT NULL;

-- How much an installation keeps, expired values included.
CREATE TABLE shelf (
    plugin TEXT NOT NULL,
    account TEXT NOT NULL,
    keys INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (plugin, account)
) STRICT, WITHOUT ROWID;

-- Which events a plugin takes, a line each, as it last said: they are kept for it while it cannot be
-- loaded.
CREATE TABLE subscription (
    plugin TEXT PRIMARY KEY,
    events TEXT NOT NULL
) STRICT, WITHOUT ROWID;
