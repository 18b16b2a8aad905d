-- keep.sql — transactions.

-- name: transaction_begin
-- Takes the right to write at once, so that nothing fails half way for want of it.
BEGIN IMMEDIATE;

-- name: transaction_commit
COMMIT;

-- name: transaction_undo
ROLLBACK;
