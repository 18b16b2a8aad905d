-- 0003_event_source.sql — events say by which way they came.
--
-- Those of before do not: nobody kept it.

ALTER TABLE event ADD COLUMN source TEXT; -- "key:3", "token:7", "import:events.csv"; NULL: not known

DROP VIEW IF EXISTS events;
CREATE VIEW events AS
SELECT e.key - 1 AS number, r.id AS contact, e.name,
       strftime('%Y-%m-%dT%H:%M:%fZ', e.at_ms / 1000.0, 'unixepoch') AS time,
       strftime('%Y-%m-%dT%H:%M:%fZ', e.received_ms / 1000.0, 'unixepoch') AS received,
       e.bot, e.properties, e.context, e.message_id, e.source
  FROM event e
  LEFT JOIN person p ON p.contact = e.contact
  LEFT JOIN record r ON r.object = 0 AND r.number = coalesce(p.person, e.contact);
