-- event.sql — what contacts did. The key is the event's number + 1.

-- name: event_add
INSERT INTO event (key, contact, at_ms, received_ms, name, message_id, bot, properties, context, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: event_after
SELECT key, contact, at_ms, received_ms, name, message_id, bot, properties, context, source FROM event WHERE key > $1 ORDER BY key;

-- name: event_at
SELECT key, contact, at_ms, received_ms, name, message_id, bot, properties, context, source FROM event WHERE key = $1;

-- name: event_message_id
SELECT message_id FROM event WHERE key = $1;

-- name: event_of
-- Reads the whole table: only erasing asks.
SELECT key, contact, at_ms, received_ms, name, message_id, bot, properties, context, source FROM event WHERE contact = $1;

-- name: event_note_erased
INSERT INTO event_erased (key) SELECT key FROM event WHERE contact = $1;

-- name: event_erase
DELETE FROM event WHERE contact = $1;

-- name: event_next
-- The number after the last one ever given: the last key, as keys are numbers + 1.
SELECT max(coalesce((SELECT max(key) FROM event), 0), coalesce((SELECT max(key) FROM event_erased), 0));

-- name: event_count
-- Without counting: numbers have no gap but the erased ones.
SELECT max(coalesce((SELECT max(key) FROM event), 0), coalesce((SELECT max(key) FROM event_erased), 0))
       - (SELECT count(*) FROM event_erased);
