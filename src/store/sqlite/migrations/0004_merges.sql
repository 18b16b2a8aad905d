-- 0004_merges.sql — companies and deals are merged, too.
--
-- Until then all merges were of contacts.

ALTER TABLE merge ADD COLUMN object INTEGER NOT NULL DEFAULT 0; -- 0 contact, 1 company, 2 deal

-- ---- For people. ----

DROP VIEW IF EXISTS person;
DROP VIEW IF EXISTS value_now;
DROP VIEW IF EXISTS contacts;
DROP VIEW IF EXISTS companies;
DROP VIEW IF EXISTS deals;
DROP VIEW IF EXISTS events;

CREATE VIEW merged AS -- records that were merged away, and what they are now
WITH RECURSIVE step (object, record, now) AS (
    SELECT object, goes, stays FROM merge
    UNION
    SELECT step.object, step.record, merge.stays FROM step JOIN merge ON merge.object = step.object AND merge.goes = step.now
)
SELECT object, record, now FROM step WHERE (object, now) NOT IN (SELECT object, goes FROM merge);

CREATE VIEW value_now AS -- the values that hold now, of whom they hold
WITH known AS (
    SELECT v.key, v.object, v.property, v.from_ms, v.fact_id, v.text, coalesce(m.now, v.record) AS record
      FROM version v LEFT JOIN merged m ON m.object = v.object AND m.record = v.record
     WHERE v.from_ms <= 1000 * CAST(strftime('%s', 'now') AS INTEGER) + 999
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY object, record, property
                                 ORDER BY from_ms DESC, fact_id DESC, text DESC) AS place
      FROM known
)
SELECT object, record, property, text FROM ranked WHERE place = 1 AND text IS NOT NULL;

CREATE VIEW contacts AS
SELECT r.id, i.identifiers, r.listed, r.archived,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.created_ms / 1000.0, 'unixepoch') AS created,
       coalesce(v.properties, '{}') AS properties
  FROM record r
  LEFT JOIN (SELECT contact,
                    group_concat(CASE kind WHEN 0 THEN 'id' WHEN 1 THEN 'user' WHEN 2 THEN 'anonymous'
                                 ELSE 'email' END || ':' || text, ' ') AS identifiers
               FROM (SELECT coalesce(m.now, l.contact) AS contact, l.kind, l.text
                       FROM (SELECT kind, text, contact, max(key) FROM identifier GROUP BY kind, text) l
                       LEFT JOIN merged m ON m.object = 0 AND m.record = l.contact
                      ORDER BY 1, 2, 3)
              GROUP BY contact) i ON i.contact = r.number
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 0 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 0 AND r.id IS NOT NULL AND r.number NOT IN (SELECT goes FROM merge WHERE object = 0);

CREATE VIEW companies AS
SELECT r.id, r.listed, r.archived,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.created_ms / 1000.0, 'unixepoch') AS created,
       coalesce(v.properties, '{}') AS properties
  FROM record r
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 1 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 1 AND r.number NOT IN (SELECT goes FROM merge WHERE object = 1);

CREATE VIEW deals AS
SELECT r.id, r.listed, r.archived,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.created_ms / 1000.0, 'unixepoch') AS created,
       coalesce(v.properties, '{}') AS properties
  FROM record r
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 2 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 2 AND r.number NOT IN (SELECT goes FROM merge WHERE object = 2);

CREATE VIEW events AS
SELECT e.key - 1 AS number, r.id AS contact, e.name,
       strftime('%Y-%m-%dT%H:%M:%fZ', e.at_ms / 1000.0, 'unixepoch') AS time,
       strftime('%Y-%m-%dT%H:%M:%fZ', e.received_ms / 1000.0, 'unixepoch') AS received,
       e.bot, e.properties, e.context, e.message_id, e.source
  FROM event e
  LEFT JOIN merged m ON m.object = 0 AND m.record = e.contact
  LEFT JOIN record r ON r.object = 0 AND r.number = coalesce(m.now, e.contact);
