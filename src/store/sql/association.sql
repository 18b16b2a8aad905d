-- association.sql — who works where, which deal is whose.

-- name: association_add
INSERT INTO association (kind, "from", "to", from_ms, ended) VALUES ($1, $2, $3, $4, $5);

-- name: association_all
SELECT kind, "from", "to", from_ms, ended FROM association ORDER BY key;

-- name: association_of
-- Of a contact, from either end.
SELECT kind, "from", "to", from_ms, ended FROM association WHERE (kind = 0 AND "from" = $1) OR (kind = 2 AND "to" = $1);

-- name: association_erase
DELETE FROM association WHERE (kind = 0 AND "from" = $1) OR (kind = 2 AND "to" = $1);
