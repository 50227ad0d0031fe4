-- Marks for removal those of the keys that neither a blob nor an upload has, and returns how many: the leftovers of a
-- crash between storing and committing. A key moves from its upload to its blob in one transaction.
CREATE OR REPLACE FUNCTION doom_strays(p_keys text[], p_sizes bigint[], p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(stray.key, 0))
  FROM (SELECT given.key FROM unnest(p_keys) AS given (key) WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.key = given.key)
        ORDER BY given.key) AS stray;
  INSERT INTO doomed_keys (key, size_bytes, doomed_at)
  SELECT stray.key, stray.size, p_at FROM unnest(p_keys, p_sizes) AS stray (key, size)
  WHERE NOT EXISTS (SELECT 1 FROM blobs b WHERE b.key = stray.key)
    AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.key = stray.key AND u.cleaned_at IS NULL)
  -- It lies there still, or again.
  ON CONFLICT (key) DO UPDATE SET removed_at = NULL WHERE doomed_keys.removed_at IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
