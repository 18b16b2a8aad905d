-- text.sql — small texts of the program's own.

-- name: text_put
INSERT INTO text (name, text) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET text = excluded.text;

-- name: text_get
SELECT text FROM text WHERE name = $1;

-- name: text_delete
DELETE FROM text WHERE name = $1;

-- name: text_names
SELECT name FROM text ORDER BY name;
