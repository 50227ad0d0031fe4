-- Undoes the statement that calls it, with SQLSTATE MB001: for a write in one statement that finds too late that it
-- cannot be done, and has claimed its idempotency key by then.
CREATE OR REPLACE FUNCTION undo_write(p_why text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', p_why USING ERRCODE = 'MB001';
END
$$;
