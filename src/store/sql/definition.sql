-- definition.sql — versions of scores and segments.

-- name: definition_add
INSERT INTO definition (kind, name, version, text, author, note, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: definition_all
SELECT kind, name, version, text, author, note, at_ms FROM definition ORDER BY key;

-- name: definition_of_kind
SELECT kind, name, version, text, author, note, at_ms FROM definition WHERE kind = $1 ORDER BY key;

-- name: definition_of
SELECT kind, name, version, text, author, note, at_ms FROM definition WHERE kind = $1 AND name = $2 ORDER BY key;
