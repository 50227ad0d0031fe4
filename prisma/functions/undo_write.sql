-- Undoes the calling statement with SQLSTATE MB001: for a write in one statement that finds too late that it is
-- impossible, when it has already claimed its idempotency key.
CREATE OR REPLACE FUNCTION undo_write(p_why text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', p_why USING ERRCODE = 'MB001';
END
$$;
