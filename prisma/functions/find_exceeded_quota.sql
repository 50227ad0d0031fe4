-- Finds the first quota, from the top, that `p_bytes` more would exceed now. Locks and charges nothing.
CREATE OR REPLACE FUNCTION find_exceeded_quota(p_namespace text, p_bytes bigint)
RETURNS TABLE (path text, quota bigint, used bigint, asked bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_quota record;
  v_held bigint;
BEGIN
  FOR v_quota IN
    SELECT n.path, n.quota_bytes, n.quota_charged FROM namespaces n
    WHERE n.path = ANY (paths_above(p_namespace)) AND n.quota_bytes IS NOT NULL ORDER BY n.path
  LOOP
    CONTINUE WHEN v_quota.quota_charged + p_bytes <= v_quota.quota_bytes;
    SELECT u.used + u.uploading INTO v_held FROM namespace_usage(v_quota.path) AS u;
    IF v_held + p_bytes > v_quota.quota_bytes THEN
      RETURN QUERY SELECT v_quota.path, v_quota.quota_bytes, v_held, p_bytes;
      RETURN;
    END IF;
  END LOOP;
END
$$;
