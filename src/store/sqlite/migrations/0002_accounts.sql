-- 0002_accounts.sql — who made a token or a write key; and a person who is gone keeps a number and nothing else.

ALTER TABLE user ADD COLUMN gone INTEGER NOT NULL DEFAULT 0; -- a number is never another person's
ALTER TABLE token ADD COLUMN creator TEXT; -- as the audit has it; NULL: made by an older Plumb
ALTER TABLE write_key ADD COLUMN creator TEXT;
