-- check.sql — promises about a whole store. Each statement yields a sentence for each way in which one is broken.

-- name: check_records
SELECT 'numbers of ' || CASE object WHEN 0 THEN 'contacts' WHEN 1 THEN 'companies' WHEN 2 THEN 'deals'
       ELSE 'unknown objects' END || ' have gaps: ' || count(*) || ' rows, but the last number is ' || max(number)
  FROM record GROUP BY object HAVING count(*) <> max(number) + 1 OR min(number) <> 0 OR object NOT IN (0, 1, 2);

-- name: check_events
-- Every number is an event or an erased one.
SELECT 'numbers of events have gaps: ' || (events + erased) || ' rows, but the last number is ' || (last - 1)
  FROM (SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM event_erased) AS erased,
               max(coalesce((SELECT max(key) FROM event), 0), coalesce((SELECT max(key) FROM event_erased), 0)) AS last)
 WHERE events + erased <> last;

-- name: check_event_contacts
SELECT 'event ' || (key - 1) || ' is of contact ' || contact || ', who does not exist' FROM event
 WHERE contact < 0 OR contact >= (SELECT coalesce(max(number), -1) + 1 FROM record WHERE object = 0) LIMIT 20;

-- name: check_version_records
SELECT 'a value of property "' || property || '" is of ' || CASE object WHEN 0 THEN 'contact ' WHEN 1 THEN 'company '
       WHEN 2 THEN 'deal ' ELSE 'an unknown object, ' END || record || ', which does not exist'
  FROM version v
 WHERE record < 0 OR record >= (SELECT coalesce(max(number), -1) + 1 FROM record r WHERE r.object = v.object) LIMIT 20;

-- name: check_identifier_contacts
SELECT 'an identifier is of contact ' || contact || ', who does not exist' FROM identifier
 WHERE contact < 0 OR contact >= (SELECT coalesce(max(number), -1) + 1 FROM record WHERE object = 0) LIMIT 20;

-- name: check_merge_records
SELECT CASE object WHEN 0 THEN 'contact ' WHEN 1 THEN 'company ' WHEN 2 THEN 'deal ' ELSE 'an unknown object, ' END
       || goes || ' was merged into ' || stays || ', and one of them does not exist' FROM merge m
 WHERE min(stays, goes) < 0 OR stays = goes
    OR max(stays, goes) >= (SELECT coalesce(max(number), -1) + 1 FROM record r WHERE r.object = m.object) LIMIT 20;

-- name: check_association_records
SELECT 'association ' || key || ' of kind ' || kind || ' leads to a record that does not exist' FROM association
 WHERE kind NOT IN (0, 1, 2) OR min("from", "to") < 0
    OR "from" >= (SELECT coalesce(max(number), -1) + 1 FROM record WHERE object = CASE kind WHEN 0 THEN 0 ELSE 2 END)
    OR "to" >= (SELECT coalesce(max(number), -1) + 1 FROM record WHERE object = CASE kind WHEN 2 THEN 0 ELSE 1 END)
 LIMIT 20;

-- name: check_band_records
SELECT 'band "' || coalesce(band, '') || '" of score "' || score || '" is of a record that does not exist' FROM band b
 WHERE record < 0 OR record >= (SELECT coalesce(max(number), -1) + 1 FROM record r WHERE r.object = b.object) LIMIT 20;

-- name: check_structure
PRAGMA integrity_check;

-- name: check_references
SELECT 'row ' || coalesce(rowid, '') || ' of table ' || "table" || ' belongs to a missing row of ' || parent
  FROM pragma_foreign_key_check;
