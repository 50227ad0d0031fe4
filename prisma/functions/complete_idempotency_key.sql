-- Stores the outcome of a request under its claimed key.
CREATE OR REPLACE FUNCTION complete_idempotency_key(
  p_scope uuid, p_status integer, p_object_kind text, p_object_id uuid
) RETURNS void LANGUAGE sql AS $$
  UPDATE idempotency_receipts SET status = p_status, object_kind = p_object_kind, object_id = p_object_id
  WHERE scope = p_scope
$$;

CREATE OR REPLACE FUNCTION complete_idempotency_key(
  p_scope bytea, p_status integer, p_object_kind text, p_object_id uuid
) RETURNS void LANGUAGE sql AS $$
  SELECT complete_idempotency_key(encode(substring(p_scope FOR 16), 'hex')::uuid, p_status, p_object_kind, p_object_id)
$$;
