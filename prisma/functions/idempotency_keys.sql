-- An always empty view for servers of the previous version. `claim_idempotency_key.sql` has the reason.
CREATE OR REPLACE VIEW idempotency_keys AS
  SELECT NULL::bytea AS scope, NULL::bytea AS body_hash, NULL::integer AS status, NULL::text AS object_kind,
         NULL::uuid AS object_id, NULL::timestamptz(3) AS created_at
  WHERE false;

CREATE OR REPLACE RULE idempotency_keys_pruned AS ON DELETE TO idempotency_keys DO INSTEAD NOTHING;
