-- band.sql — bands of scores that records entered.

-- name: band_add
INSERT INTO band (object, record, score, band, former, at_ms, micro, version, cause)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: band_all
SELECT object, record, score, band, former, at_ms, micro, version, cause, key FROM band ORDER BY key;

-- name: band_latest
-- Where each record stands in each score. The index gives the groups.
SELECT object, record, score, band, former, at_ms, micro, version, cause, key FROM band
 WHERE key IN (SELECT max(key) FROM band GROUP BY object, record, score) ORDER BY key;

-- name: band_newest
SELECT object, record, score, band, former, at_ms, micro, version, cause, key FROM band
 WHERE key < $1 AND object = $2 ORDER BY key DESC LIMIT $3;

-- name: band_newest_of
-- A record has few; + keeps the planner from walking the keys of everybody.
SELECT object, record, score, band, former, at_ms, micro, version, cause, key FROM band
 WHERE +key < $1 AND object = $2 AND record = $4 ORDER BY +key DESC LIMIT $3;

-- name: band_of
SELECT object, record, score, band, former, at_ms, micro, version, cause, key FROM band
 WHERE object = $1 AND record = $2;

-- name: band_erase
DELETE FROM band WHERE object = $1 AND record = $2;
