-- 0006_views_join.sql — views for people that stay quick when there are many.
--
-- A column made by coalesce has no type, and SQLite makes no index of one for a join with a number: each contact looked
-- through all values of all others. 200,000 contacts took hours; cast to a number they take seconds.

DROP VIEW IF EXISTS value_now;
DROP VIEW IF EXISTS contacts;

CREATE VIEW value_now AS -- the values that hold now, of whom they hold
WITH known AS (
    SELECT v.key, v.object, v.property, v.from_ms, v.fact_id, v.text,
           CAST(coalesce(m.now, v.record) AS INTEGER) AS record
      FROM version v LEFT JOIN merged m ON m.object = v.object AND m.record = v.record
     WHERE v.from_ms <= 1000 * CAST(strftime('%s', 'now') AS INTEGER) + 999
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY object, record, property
                                 ORDER BY from_ms DESC, fact_id DESC, text DESC) AS place
      FROM known
)
SELECT object, record, property, text FROM ranked WHERE place = 1 AND text IS NOT NULL;

CREATE VIEW contacts AS -- who there is, how they are known, and what holds of them now as a JSON object of texts
SELECT r.id, i.identifiers, r.listed, r.archived,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.created_ms / 1000.0, 'unixepoch') AS created,
       coalesce(v.properties, '{}') AS properties
  FROM record r
  LEFT JOIN (SELECT contact,
                    group_concat(CASE kind WHEN 0 THEN 'id' WHEN 1 THEN 'user' WHEN 2 THEN 'anonymous'
                                 ELSE 'email' END || ':' || text, ' ') AS identifiers
               FROM (SELECT CAST(coalesce(m.now, l.contact) AS INTEGER) AS contact, l.kind, l.text
                       FROM (SELECT kind, text, contact, max(key) FROM identifier GROUP BY kind, text) l
                       LEFT JOIN merged m ON m.object = 0 AND m.record = l.contact
                      ORDER BY 1, 2, 3)
              GROUP BY contact) i ON i.contact = r.number
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 0 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 0 AND r.id IS NOT NULL AND r.number NOT IN (SELECT goes FROM merge WHERE object = 0);
