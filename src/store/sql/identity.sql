-- identity.sql — what contacts are known by, and which records are one.

-- name: identifier_add
INSERT INTO identifier (kind, text, contact, since_ms) VALUES ($1, $2, $3, $4);

-- name: identifier_all
SELECT kind, text, contact, since_ms FROM identifier ORDER BY key;

-- name: identifier_of
-- Reads the whole table: only erasing asks, and the table has no index by contact.
SELECT kind, text, contact, since_ms FROM identifier WHERE contact = $1;

-- name: identifier_erase
DELETE FROM identifier WHERE contact = $1;

-- name: merge_add
INSERT INTO merge (stays, goes, at_ms, object) VALUES ($1, $2, $3, $4);

-- name: merge_all
SELECT stays, goes, at_ms, object FROM merge ORDER BY key;
