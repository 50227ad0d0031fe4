-- Charges all quotas at and above a namespace, from the top, for rows that the transaction has just written there.
-- `p_bytes` is an upper bound. The quotas stay locked until the transaction ends. Returns the first exceeded quota; the
-- caller must then roll back. Without a quota, the function only takes the shared lock of `await_charges`.
--
-- Most charges only add to the charged bytes. If the sum exceeds the quota, the function counts the stored bytes anew.
-- A write without new content always succeeds, even above the quota. Files of `p_object_id` at `p_paths` (null: all)
-- add none if other files have the same content. Without an object, all bytes are new.
CREATE OR REPLACE FUNCTION charge_quotas(p_namespace text, p_bytes bigint, p_object_id uuid, p_paths text[])
RETURNS TABLE (path text, quota bigint, used bigint, asked bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_quota record;
  v_held bigint;
  v_new bigint;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('quotas', 0));
  FOR v_quota IN
    SELECT n.id, n.path, n.quota_bytes, n.quota_charged FROM namespaces n
    WHERE n.path = ANY (paths_above(p_namespace)) AND n.quota_bytes IS NOT NULL ORDER BY n.path FOR NO KEY UPDATE
  LOOP
    IF v_quota.quota_charged + p_bytes <= v_quota.quota_bytes THEN
      UPDATE namespaces n SET quota_charged = v_quota.quota_charged + p_bytes WHERE n.id = v_quota.id;
      CONTINUE;
    END IF;
    SELECT u.used + u.uploading INTO v_held FROM namespace_usage(v_quota.path) AS u;
    IF v_held > v_quota.quota_bytes THEN
      v_new := CASE WHEN p_object_id IS NULL THEN p_bytes ELSE new_bytes(v_quota.path, p_object_id, p_paths) END;
      IF v_new > 0 THEN
        RETURN QUERY SELECT v_quota.path, v_quota.quota_bytes, v_held - v_new, v_new;
        RETURN;
      END IF;
    END IF;
    UPDATE namespaces n SET quota_charged = v_held WHERE n.id = v_quota.id;
  END LOOP;
END
$$;
