-- Aborts the upload of a file that was deleted or replaced before its verification ended. Content that the store has
-- already combined becomes a pending deletion. If the parts are still separate, the cleanup of aborted uploads deletes
-- them.
CREATE OR REPLACE FUNCTION abandon_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH lost AS (
    UPDATE uploads SET state = 'aborted', failure = 'The file was deleted or replaced before it was verified.',
                       claimed_at = NULL, updated_at = now(), part_hashes = NULL, waits_for = NULL,
                       cleaned_at = CASE WHEN completing THEN NULL ELSE now() END
    WHERE id = OLD.upload_id AND state = 'verifying' RETURNING key, size_bytes, completing)
  INSERT INTO pending_deletions (key, size_bytes, requested_at)
  SELECT key, size_bytes, now() FROM lost WHERE NOT completing ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER files_deleted AFTER DELETE ON files
  FOR EACH ROW WHEN (OLD.upload_id IS NOT NULL) EXECUTE FUNCTION abandon_upload();
CREATE OR REPLACE TRIGGER files_replaced AFTER UPDATE OF upload_id ON files
  FOR EACH ROW WHEN (OLD.upload_id IS NOT NULL AND NEW.upload_id IS DISTINCT FROM OLD.upload_id)
  EXECUTE FUNCTION abandon_upload();
