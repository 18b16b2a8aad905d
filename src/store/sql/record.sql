-- record.sql — contacts, companies and deals.

-- name: record_add
INSERT INTO record (object, number, id, listed, archived, created_ms) VALUES ($1, $2, $3, $4, 0, $5);

-- name: record_change
UPDATE record SET listed = $3, archived = $4 WHERE object = $1 AND number = $2;

-- name: record_erase
-- The row stays, so that numbers have no gap; it says nothing.
UPDATE record SET id = NULL, listed = 0, archived = 1, created_ms = 0 WHERE object = $1 AND number = $2;

-- name: record_find
SELECT object, number, id, listed, created_ms, archived FROM record WHERE object = $1 AND number = $2;

-- name: record_all
SELECT object, number, id, listed, created_ms, archived FROM record ORDER BY object, number;

-- name: record_next
-- The number after the last; answered from the end of the primary key.
SELECT coalesce(max(number), -1) + 1 FROM record WHERE object = $1;
