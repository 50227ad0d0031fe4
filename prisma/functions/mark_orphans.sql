-- Marks for deletion the keys that neither a blob nor an upload has. Returns the number of marked keys. A crash between
-- the write to the store and the commit leaves such keys. A key moves from its upload to its blob in one transaction.
CREATE OR REPLACE FUNCTION mark_orphans(p_keys text[], p_sizes bigint[], p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(orphan.key, 0))
  FROM (SELECT given.key FROM unnest(p_keys) AS given (key)
        WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.key = given.key)
        ORDER BY given.key) AS orphan;
  INSERT INTO pending_deletions (key, size_bytes, requested_at)
  SELECT orphan.key, orphan.size, p_at FROM unnest(p_keys, p_sizes) AS orphan (key, size)
  WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.key = orphan.key)
    AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.key = orphan.key AND u.cleaned_at IS NULL)
  -- The store still has the content of a removed key, or has it again.
  ON CONFLICT (key) DO UPDATE SET removed_at = NULL WHERE pending_deletions.removed_at IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
