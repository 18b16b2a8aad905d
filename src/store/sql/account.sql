-- account.sql — who may come in.

-- name: user_add
INSERT INTO user (email, name, role, password_hash, created_ms, disabled) VALUES ($1, $2, $3, $4, $5, $6);

-- name: user_change
UPDATE user SET email = $1, name = $2, role = $3, password_hash = $4, created_ms = $5, disabled = $6
 WHERE key = $7 AND gone = 0;

-- name: user_all
SELECT key, email, name, role, password_hash, created_ms, disabled FROM user WHERE gone = 0 ORDER BY key;

-- name: user_delete
-- What is left of the e-mail address is unique and nobody's.
UPDATE user SET email = 'gone ' || key, name = NULL, role = NULL, password_hash = NULL, created_ms = 0, disabled = 1, gone = 1
 WHERE key = $1 AND gone = 0;

-- name: session_put
INSERT INTO session (hash, user, created_ms, expires_ms, seen_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO UPDATE SET user = excluded.user, created_ms = excluded.created_ms,
                                 expires_ms = excluded.expires_ms, seen_ms = excluded.seen_ms;

-- name: session_find
SELECT hash, user, created_ms, expires_ms, seen_ms FROM session WHERE hash = $1;

-- name: session_of_user
SELECT hash, user, created_ms, expires_ms, seen_ms FROM session WHERE user = $1 ORDER BY seen_ms DESC, hash LIMIT $2;

-- name: session_delete_others
DELETE FROM session WHERE user = $1 AND hash <> $2;

-- name: session_delete
DELETE FROM session WHERE hash = $1;

-- name: token_add
INSERT INTO token (name, hash, scopes, created_ms, last_used_ms, revoked, creator) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: token_change
UPDATE token SET name = $1, hash = $2, scopes = $3, created_ms = $4, last_used_ms = $5, revoked = $6, creator = $7
 WHERE key = $8;

-- name: token_all
SELECT key, name, hash, scopes, created_ms, last_used_ms, revoked, creator FROM token ORDER BY key;

-- name: write_key_add
INSERT INTO write_key (name, hash, hint, created_ms, revoked, creator) VALUES ($1, $2, $3, $4, $5, $6);

-- name: write_key_change
UPDATE write_key SET name = $1, hash = $2, hint = $3, created_ms = $4, revoked = $5, creator = $6 WHERE key = $7;

-- name: write_key_all
SELECT key, name, hash, hint, created_ms, revoked, creator FROM write_key ORDER BY key;
