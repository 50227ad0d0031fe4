-- Deletes receipts older than a day from a range of pages of the table. A scan in page order needs no index on the
-- time, so no write has to maintain one.
CREATE OR REPLACE FUNCTION prune_idempotency_keys(p_page bigint, p_pages integer, p_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  -- One server prunes at a time. The others have nothing to add.
  IF NOT pg_try_advisory_xact_lock(hashtextextended('prune idempotency keys', 0)) THEN RETURN 0; END IF;
  DELETE FROM idempotency_receipts
  WHERE ctid >= format('(%s,0)', p_page)::tid AND ctid < format('(%s,0)', p_page + p_pages)::tid
    AND created_at < p_at - interval '24 hours';
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
