-- seal.sql — sums that let a changed byte be found.

-- name: seal_put
INSERT INTO seal (part, rows, sum) VALUES ($1, $2, $3)
ON CONFLICT (part) DO UPDATE SET rows = excluded.rows, sum = excluded.sum;

-- name: seal_all
SELECT part, rows, sum FROM seal;
