-- Claims a key in the transaction of the write. Returns true if this request is the first. A concurrent duplicate waits
-- until the first transaction ends, and claims the key only after a rollback. A key is free again after 24 hours, or if
-- it was committed without an outcome. A statement that knows its outcome passes it here.
CREATE OR REPLACE FUNCTION claim_idempotency_key(
  p_scope uuid, p_body_hash bigint, p_at timestamptz,
  p_status integer DEFAULT NULL, p_object_kind text DEFAULT NULL, p_object_id uuid DEFAULT NULL
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO idempotency_receipts AS r (scope, body_hash, created_at, status, object_kind, object_id)
  VALUES (p_scope, p_body_hash, p_at, p_status, p_object_kind, p_object_id)
  ON CONFLICT (scope) DO UPDATE
    SET body_hash = EXCLUDED.body_hash, created_at = EXCLUDED.created_at, status = EXCLUDED.status,
        object_kind = EXCLUDED.object_kind, object_id = EXCLUDED.object_id
    WHERE r.created_at <= p_at - interval '24 hours' OR r.status IS NULL;
  RETURN FOUND;
END
$$;

-- Servers of the previous version call this function and `complete_idempotency_key` with whole hashes during a rolling
-- update. They also read and prune the view `idempotency_keys`, so they answer a replay with 409, not 500. A later
-- release drops all three.
CREATE OR REPLACE FUNCTION claim_idempotency_key(
  p_scope bytea, p_body_hash bytea, p_at timestamptz,
  p_status integer DEFAULT NULL, p_object_kind text DEFAULT NULL, p_object_id uuid DEFAULT NULL
) RETURNS boolean LANGUAGE sql AS $$
  SELECT claim_idempotency_key(
    encode(substring(p_scope FOR 16), 'hex')::uuid,
    ('x' || encode(substring(p_body_hash FOR 8), 'hex'))::bit(64)::bigint,
    p_at, p_status, p_object_kind, p_object_id)
$$;
