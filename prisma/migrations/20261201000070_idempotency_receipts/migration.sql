-- Idempotency receipts take half the bytes that idempotency keys took, and have one index.

-- The widest alignment comes first, so that a row has no padding: 92 bytes with its line pointer.
CREATE TABLE idempotency_receipts (
  -- The first 64 bits of SHA-256 of the body. Only the owner of a key could gain from a collision, and gains nothing.
  body_hash   bigint NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  status      smallint,
  -- The first 128 bits of SHA-256 of principal, method, path and key.
  scope       uuid PRIMARY KEY,
  object_id   uuid,
  object_kind text COLLATE "C"
);
-- Rows live for a day: vacuum frees an hour's rows at a time, not a fifth of the table.
ALTER TABLE idempotency_receipts SET (autovacuum_vacuum_scale_factor = 0.05);

-- Retries of requests that were answered before the upgrade still find their receipts.
INSERT INTO idempotency_receipts (body_hash, created_at, status, scope, object_id, object_kind)
SELECT ('x' || encode(substring(body_hash FOR 8), 'hex'))::bit(64)::bigint, created_at, status,
       encode(substring(scope FOR 16), 'hex')::uuid, object_id, object_kind
FROM idempotency_keys;

DROP TABLE idempotency_keys;

-- Claims a key in the write's own transaction: true if this request is the first. A duplicate that runs at the same time
-- waits here until the first one ends, and claims the key only if that one rolled back. After 24 hours a key is free.
-- A statement that knows its outcome beforehand passes it; a key that was committed without an outcome is free too.
CREATE FUNCTION claim_idempotency_key(
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

CREATE FUNCTION complete_idempotency_key(p_scope uuid, p_status integer, p_object_kind text, p_object_id uuid)
RETURNS void LANGUAGE sql AS $$
  UPDATE idempotency_receipts SET status = p_status, object_kind = p_object_kind, object_id = p_object_id
  WHERE scope = p_scope
$$;

-- A server of the previous version calls these during a rolling update, and reads and prunes this view: a replay there finds
-- no receipt and is answered 409, not 500. A later release drops all three.
CREATE OR REPLACE FUNCTION claim_idempotency_key(
  p_scope bytea, p_body_hash bytea, p_at timestamptz,
  p_status integer DEFAULT NULL, p_object_kind text DEFAULT NULL, p_object_id uuid DEFAULT NULL
) RETURNS boolean LANGUAGE sql AS $$
  SELECT claim_idempotency_key(
    encode(substring(p_scope FOR 16), 'hex')::uuid, ('x' || encode(substring(p_body_hash FOR 8), 'hex'))::bit(64)::bigint,
    p_at, p_status, p_object_kind, p_object_id)
$$;
CREATE OR REPLACE FUNCTION complete_idempotency_key(p_scope bytea, p_status integer, p_object_kind text, p_object_id uuid)
RETURNS void LANGUAGE sql AS $$
  SELECT complete_idempotency_key(encode(substring(p_scope FOR 16), 'hex')::uuid, p_status, p_object_kind, p_object_id)
$$;
CREATE VIEW idempotency_keys AS
  SELECT NULL::bytea AS scope, NULL::bytea AS body_hash, NULL::integer AS status, NULL::text AS object_kind,
         NULL::uuid AS object_id, NULL::timestamptz(3) AS created_at
  WHERE false;
CREATE RULE idempotency_keys_pruned AS ON DELETE TO idempotency_keys DO INSTEAD NOTHING;

-- Deletes the receipts older than a day from a range of the table's pages. Reading the pages in order needs no index on the
-- time, and so spares every write one.
CREATE FUNCTION forget_idempotency_keys(p_page bigint, p_pages integer, p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  -- One server at a time: the others have nothing to add.
  IF NOT pg_try_advisory_xact_lock(hashtextextended('forget idempotency keys', 0)) THEN RETURN 0; END IF;
  DELETE FROM idempotency_receipts
  WHERE ctid >= format('(%s,0)', p_page)::tid AND ctid < format('(%s,0)', p_page + p_pages)::tid
    AND created_at < p_at - interval '24 hours';
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
