-- account.sql — who may come in.

-- name: user_add
INSERT INTO user (email, name, role, password_hash, created_ms, disabled) VALUES ($1, $2, $3, $4, $5, $6);

-- name: user_change
UPDATE user SET email = $1, name = $2, role = $3, password_hash = $4, created_ms = $5, disabled = $6 WHERE key = $7;

-- name: user_all
SELECT key, email, name, role, password_hash, created_ms, disabled FROM user ORDER BY key;

-- name: session_put
INSERT INTO session (hash, user, created_ms, expires_ms, seen_ms) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (hash) DO UPDATE SET user = excluded.user, created_ms = excluded.created_ms,
                                 expires_ms = excluded.expires_ms, seen_ms = excluded.seen_ms;

-- name: session_find
SELECT hash, user, created_ms, expires_ms, seen_ms FROM session WHERE hash = $1;

-- name: session_delete
DELETE FROM session WHERE hash = $1;

-- name: token_add
INSERT INTO token (name, hash, scopes, created_ms, last_used_ms, revoked) VALUES ($1, $2, $3, $4, $5, $6);

-- name: token_change
UPDATE token SET name = $1, hash = $2, scopes = $3, created_ms = $4, last_used_ms = $5, revoked = $6 WHERE key = $7;

-- name: token_all
SELECT key, name, hash, scopes, created_ms, last_used_ms, revoked FROM token ORDER BY key;

-- name: write_key_add
INSERT INTO write_key (name, hash, hint, created_ms, revoked) VALUES ($1, $2, $3, $4, $5);

-- name: write_key_change
UPDATE write_key SET name = $1, hash = $2, hint = $3, created_ms = $4, revoked = $5 WHERE key = $6;

-- name: write_key_all
SELECT key, name, hash, hint, created_ms, revoked FROM write_key ORDER BY key;
