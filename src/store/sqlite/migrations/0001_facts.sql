-- 0001_facts.sql — the first format of a store.
--
-- Facts are appended, in the order of their keys. The long tables (event, version, identifier, association) have no
-- second index: appending 800,000 rows/s needs none, and the program keeps its index in memory. Times are milliseconds
-- since 1970, UTC. Numbers of objects: 0 contact, 1 company, 2 deal, 3 event. For reading, take the views at the end.

CREATE TABLE property ( -- what is known about the properties of records and events
    key INTEGER PRIMARY KEY, -- in the order in which they were met
    entity INTEGER NOT NULL, -- 0 contact, 1 company, 2 deal, 3 event
    name TEXT NOT NULL,
    type INTEGER NOT NULL, -- of its values; negative: open until a value settles it
    declared INTEGER NOT NULL, -- 1: somebody said so, 0: learned from values
    options TEXT, -- of an enumeration, divided by ;
    UNIQUE (entity, name)
);

CREATE TABLE record ( -- contacts, companies and deals
    object INTEGER NOT NULL, -- 0 contact, 1 company, 2 deal
    number INTEGER NOT NULL, -- per object, from 0, without a gap; other tables mean this
    id TEXT, -- what people and programs call it; NULL: erased
    listed INTEGER NOT NULL, -- 0: only mentioned, such as a visitor without a name
    archived INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (object, number),
    UNIQUE (object, id)
) WITHOUT ROWID;

CREATE TABLE identifier ( -- a contact is also known as this; of equal ones the last holds
    key INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL, -- 0 id, 1 user, 2 anonymous, 3 email
    text TEXT NOT NULL,
    contact INTEGER NOT NULL,
    since_ms INTEGER NOT NULL
);

CREATE TABLE merge ( -- two contacts turned out to be one person
    key INTEGER PRIMARY KEY,
    stays INTEGER NOT NULL,
    goes INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
);

CREATE TABLE version ( -- a property of a record has this value from then on
    key INTEGER PRIMARY KEY,
    object INTEGER NOT NULL,
    record INTEGER NOT NULL,
    property TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    text TEXT, -- NULL: no value
    fact_id TEXT -- of equal times the greatest (fact_id, text) holds
);

CREATE TABLE association (
    key INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL, -- 0 contact to company, 1 deal to company, 2 deal to contact
    "from" INTEGER NOT NULL,
    "to" INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    ended INTEGER NOT NULL -- 1: as if it had never been
);

CREATE TABLE event (
    key INTEGER PRIMARY KEY, -- the number of the event + 1
    contact INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, -- when it happened
    received_ms INTEGER NOT NULL,
    name TEXT NOT NULL,
    message_id TEXT, -- the sender's: the same one twice is one event
    bot INTEGER NOT NULL, -- 1: judged automatic
    properties TEXT, -- a JSON object
    context TEXT -- JSON: campaign, referrer, why a bot
);

CREATE TABLE event_erased ( -- events that are gone because a person was erased; their numbers are not used again
    key INTEGER PRIMARY KEY
);

CREATE TABLE definition ( -- versions of scores and segments
    key INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL, -- 0 score, 1 segment
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT, -- as its author wrote it; NULL: retired from this version on
    author TEXT,
    note TEXT,
    at_ms INTEGER NOT NULL,
    UNIQUE (kind, name, version)
);

CREATE TABLE band ( -- a record entered a band of a score
    key INTEGER PRIMARY KEY,
    object INTEGER NOT NULL,
    record INTEGER NOT NULL,
    score TEXT NOT NULL,
    band TEXT, -- NULL: it left all of them
    former TEXT,
    at_ms INTEGER NOT NULL,
    micro INTEGER NOT NULL, -- the score then, in millionths of a point
    version INTEGER NOT NULL, -- of the definition
    cause INTEGER NOT NULL
);
-- Records enter bands in the order of their numbers when a score is published, so this index grows at its end.
CREATE INDEX band_of_record ON band (object, record, score);

CREATE TABLE reject ( -- what was refused, and why
    key INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    source TEXT, -- which key or file
    reason TEXT, -- a word for programs
    place TEXT, -- the field
    message TEXT,
    body TEXT
);

CREATE TABLE audit ( -- who did what
    key INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    actor TEXT,
    action TEXT,
    target TEXT,
    detail TEXT -- JSON
);

CREATE TABLE seal ( -- so that a changed byte is found: rows of each table of facts, and the sum of their hashes
    part TEXT PRIMARY KEY, -- a table; "batch" counts transactions
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL -- modulo 2^64
) WITHOUT ROWID;

CREATE TABLE user (
    key INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE, -- lower case
    name TEXT,
    role TEXT, -- admin, marketer, sales, reader
    password_hash TEXT, -- Argon2id; NULL: cannot sign in by password
    created_ms INTEGER NOT NULL,
    disabled INTEGER NOT NULL
);

CREATE TABLE session (
    hash TEXT PRIMARY KEY, -- of the cookie's secret
    user INTEGER NOT NULL REFERENCES user (key),
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE token ( -- for programs
    key INTEGER PRIMARY KEY,
    name TEXT,
    hash TEXT NOT NULL UNIQUE,
    scopes TEXT, -- divided by blanks
    created_ms INTEGER NOT NULL,
    last_used_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL
);

CREATE TABLE write_key ( -- may only send events
    key INTEGER PRIMARY KEY,
    name TEXT, -- the source
    hash TEXT NOT NULL UNIQUE,
    hint TEXT, -- its last four characters
    created_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL
);

CREATE TABLE text ( -- small texts of the program's own
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;

-- ---- For people. Nothing in the program reads these. ----

CREATE VIEW person AS -- contacts that were merged away, and who they are now
WITH RECURSIVE step (contact, now) AS (
    SELECT goes, stays FROM merge
    UNION
    SELECT step.contact, merge.stays FROM step JOIN merge ON merge.goes = step.now
)
SELECT contact, now AS person FROM step WHERE now NOT IN (SELECT goes FROM merge);

CREATE VIEW value_now AS -- the values that hold now, of whom they hold
WITH known AS (
    SELECT v.key, v.object, v.property, v.from_ms, v.fact_id, v.text, coalesce(p.person, v.record) AS record
      FROM version v LEFT JOIN person p ON v.object = 0 AND p.contact = v.record
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
               FROM (SELECT coalesce(p.person, l.contact) AS contact, l.kind, l.text
                       FROM (SELECT kind, text, contact, max(key) FROM identifier GROUP BY kind, text) l
                       LEFT JOIN person p ON p.contact = l.contact
                      ORDER BY 1, 2, 3)
              GROUP BY contact) i ON i.contact = r.number
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 0 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 0 AND r.id IS NOT NULL AND r.number NOT IN (SELECT goes FROM merge);

CREATE VIEW companies AS
SELECT r.id, r.listed, r.archived,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.created_ms / 1000.0, 'unixepoch') AS created,
       coalesce(v.properties, '{}') AS properties
  FROM record r
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 1 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 1;

CREATE VIEW deals AS
SELECT r.id, r.listed, r.archived,
       strftime('%Y-%m-%dT%H:%M:%fZ', r.created_ms / 1000.0, 'unixepoch') AS created,
       coalesce(v.properties, '{}') AS properties
  FROM record r
  LEFT JOIN (SELECT record, json_group_object(property, text) AS properties
               FROM value_now WHERE object = 2 GROUP BY record) v ON v.record = r.number
 WHERE r.object = 2;

CREATE VIEW events AS
SELECT e.key - 1 AS number, r.id AS contact, e.name,
       strftime('%Y-%m-%dT%H:%M:%fZ', e.at_ms / 1000.0, 'unixepoch') AS time,
       strftime('%Y-%m-%dT%H:%M:%fZ', e.received_ms / 1000.0, 'unixepoch') AS received,
       e.bot, e.properties, e.context, e.message_id
  FROM event e
  LEFT JOIN person p ON p.contact = e.contact
  LEFT JOIN record r ON r.object = 0 AND r.number = coalesce(p.person, e.contact);

CREATE VIEW scores AS -- who is in which band, since when, and the score when it was entered
SELECT CASE b.object WHEN 0 THEN 'contact' WHEN 1 THEN 'company' ELSE 'deal' END AS object,
       r.id, b.score, b.band,
       strftime('%Y-%m-%dT%H:%M:%fZ', b.at_ms / 1000.0, 'unixepoch') AS since,
       b.micro / 1000000.0 AS points_then, b.version
  FROM band b
  JOIN record r ON r.object = b.object AND r.number = b.record
 WHERE b.key IN (SELECT max(key) FROM band GROUP BY object, record, score) AND b.band IS NOT NULL;
