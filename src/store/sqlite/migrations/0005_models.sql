-- 0005_models.sql — what is to be foreseen, and what was learnt for it.
--
-- A model holds no person, so erasing one leaves it alone: it is weights, thresholds and figures over many records.
-- Its texts are names of properties, events and rules, and values that at least ten examples had.

CREATE TABLE model (
    name TEXT PRIMARY KEY,
    object INTEGER NOT NULL, -- 0 contact, 1 company, 2 deal
    outcome TEXT, -- a condition as its author wrote it; NULL: customer, or a deal won
    horizon_days INTEGER NOT NULL, -- within which it comes
    score TEXT, -- whose rules are features; NULL: none
    retrain_days INTEGER NOT NULL, -- 0: only when somebody asks
    by_hand INTEGER NOT NULL, -- 0: a challenger that is better beyond doubt becomes champion by itself
    use_protected INTEGER NOT NULL, -- 1: gender, age, religion and the like are features, too
    made_ms INTEGER NOT NULL
);

CREATE TABLE model_version (
    model TEXT NOT NULL REFERENCES model (name),
    number INTEGER NOT NULL, -- from 1 for each model, never used twice
    state INTEGER NOT NULL, -- 0 challenger, 1 champion, 2 retired, 3 of no use: there was too little, or no signal
    trained_ms INTEGER NOT NULL,
    begins_ms INTEGER NOT NULL, -- of the data: its first example
    ends_ms INTEGER NOT NULL, -- and the last instant of which facts were known
    seed INTEGER NOT NULL,
    figures TEXT NOT NULL, -- JSON: verdict, quality on later leads, leaks
    image BLOB, -- predict/model_image.h; NULL: there is none, or it was dropped for being old
    PRIMARY KEY (model, number)
);

-- ---- For people. ----

CREATE VIEW models AS
SELECT m.name, CASE m.object WHEN 0 THEN 'contact' WHEN 1 THEN 'company' ELSE 'deal' END AS object, m.outcome,
       m.horizon_days, v.number AS version,
       CASE v.state WHEN 0 THEN 'challenger' WHEN 1 THEN 'champion' WHEN 2 THEN 'retired' ELSE 'of no use' END AS state,
       strftime('%Y-%m-%dT%H:%M:%fZ', v.trained_ms / 1000.0, 'unixepoch') AS trained,
       strftime('%Y-%m-%dT%H:%M:%fZ', v.begins_ms / 1000.0, 'unixepoch') AS begins,
       strftime('%Y-%m-%dT%H:%M:%fZ', v.ends_ms / 1000.0, 'unixepoch') AS ends, v.figures
  FROM model m
  LEFT JOIN model_version v ON v.model = m.name;
