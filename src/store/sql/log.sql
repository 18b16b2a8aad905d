-- log.sql — what was refused, and who did what.

-- name: reject_add
INSERT INTO reject (at_ms, source, reason, place, message, body) VALUES ($1, $2, $3, $4, $5, $6);

-- name: reject_newest
SELECT key, at_ms, source, reason, place, message, body FROM reject WHERE key < $1 ORDER BY key DESC LIMIT $2;

-- name: reject_all
SELECT key, at_ms, source, reason, place, message, body FROM reject ORDER BY key;

-- name: reject_erase
DELETE FROM reject WHERE key = $1;

-- name: audit_add
INSERT INTO audit (at_ms, actor, action, target, detail) VALUES ($1, $2, $3, $4, $5);

-- name: audit_all
SELECT key, at_ms, actor, action, target, detail FROM audit ORDER BY key;

-- name: audit_newest
SELECT key, at_ms, actor, action, target, detail FROM audit WHERE key < $1 ORDER BY key DESC LIMIT $2;
