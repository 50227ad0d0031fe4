-- Assigns the next `seq` numbers to committed changes, in the order of their ids. Returns the number of changes. A
-- change with a low id may commit late. Readers that page by `seq` miss none, because only committed changes get a
-- `seq`. One caller runs at a time, across all servers: the others wait for the row lock.
CREATE OR REPLACE FUNCTION sequence_changes(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_last bigint;
  v_count integer;
BEGIN
  SELECT last_seq INTO v_last FROM change_feed WHERE id = 1 FOR UPDATE;
  WITH batch AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n
    FROM (SELECT id FROM changes WHERE seq IS NULL ORDER BY id LIMIT p_limit) AS oldest
  )
  UPDATE changes c SET seq = v_last + batch.n FROM batch WHERE c.id = batch.id;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  UPDATE change_feed SET last_seq = v_last + v_count WHERE id = 1 AND v_count > 0;
  RETURN v_count;
END
$$;
