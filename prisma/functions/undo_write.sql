-- Aborts the calling statement with SQLSTATE MB001. A write in one statement calls the function if it finds too late
-- that it cannot be done. The statement has claimed its idempotency key by then.
CREATE OR REPLACE FUNCTION undo_write(p_why text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', p_why USING ERRCODE = 'MB001';
END
$$;
