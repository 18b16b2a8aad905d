-- model.sql — what is to be foreseen, and what was learnt for it.

-- name: model_put
INSERT INTO model (name, object, outcome, horizon_days, score, retrain_days, by_hand, use_protected, made_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (name) DO UPDATE SET object = excluded.object, outcome = excluded.outcome,
                                 horizon_days = excluded.horizon_days, score = excluded.score,
                                 retrain_days = excluded.retrain_days, by_hand = excluded.by_hand,
                                 use_protected = excluded.use_protected;

-- name: model_all
SELECT name, object, outcome, horizon_days, score, retrain_days, by_hand, use_protected, made_ms FROM model ORDER BY name;

-- name: model_delete
DELETE FROM model WHERE name = $1;

-- name: model_delete_versions
DELETE FROM model_version WHERE model = $1;

-- name: model_version_next
SELECT coalesce(max(number), 0) + 1 FROM model_version WHERE model = $1;

-- name: model_version_add
INSERT INTO model_version (model, number, state, trained_ms, begins_ms, ends_ms, seed, figures, image)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: model_version_change
-- An old version may lose its image, never get another.
UPDATE model_version SET state = $3, figures = $4, image = iif($5, NULL, image) WHERE model = $1 AND number = $2;

-- name: model_version_all
SELECT model, number, state, trained_ms, begins_ms, ends_ms, seed, figures, coalesce(length(image), 0)
  FROM model_version ORDER BY model, number;

-- name: model_version_image
SELECT image FROM model_version WHERE model = $1 AND number = $2;
