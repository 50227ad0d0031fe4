-- Standard names. Older servers use the former ones.
ALTER TABLE doomed_keys RENAME TO pending_deletions;
ALTER TABLE pending_deletions RENAME COLUMN doomed_at TO requested_at;
ALTER TABLE pending_deletions RENAME CONSTRAINT doomed_keys_pkey TO pending_deletions_pkey;
ALTER INDEX doomed_keys_oldest RENAME TO pending_deletions_oldest;
ALTER INDEX doomed_keys_removed RENAME TO pending_deletions_removed;

-- Replaced by `pin_blobs`, `mark_orphans`, `mark_unreferenced`, `sync_file_states`, `find_exceeded_quota` and
-- `prune_idempotency_keys`.
DROP FUNCTION IF EXISTS hold_blobs(text[]);
DROP FUNCTION IF EXISTS doom_strays(text[], bigint[], timestamptz);
DROP FUNCTION IF EXISTS stamp_unreferenced(uuid, integer, timestamptz);
DROP FUNCTION IF EXISTS tell_file_states(integer, timestamptz);
DROP FUNCTION IF EXISTS find_lacking_quota(text, bigint);
DROP FUNCTION IF EXISTS forget_idempotency_keys(bigint, integer, timestamptz);
