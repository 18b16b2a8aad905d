-- version.sql — values of properties from a time on.

-- name: version_add
INSERT INTO version (object, record, property, from_ms, text, fact_id) VALUES ($1, $2, $3, $4, $5, $6);

-- name: version_after
SELECT object, record, property, from_ms, text, fact_id FROM version WHERE key > $1 ORDER BY key;

-- name: version_last
SELECT coalesce(max(key), 0) FROM version;

-- name: version_of
-- Reads the whole table: only erasing asks.
SELECT object, record, property, from_ms, text, fact_id FROM version WHERE object = $1 AND record = $2;

-- name: version_erase
DELETE FROM version WHERE object = $1 AND record = $2;
