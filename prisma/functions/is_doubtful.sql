-- Returns whether the server must read the stored copy again to know if it is intact.
CREATE OR REPLACE FUNCTION is_doubtful(p_blob blobs) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_blob.corrupt_at IS NOT NULL OR p_blob.suspect_at IS NOT NULL
    OR coalesce(coalesce(p_blob.verified_at, p_blob.created_at) <= (SELECT restored_at FROM database_identity), false)
$$;
