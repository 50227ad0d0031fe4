-- Gives the committed changes without a `seq` the next numbers, in the order of their ids, and returns how many. An id
-- that was drawn early may commit late; readers that page by `seq` still miss none, because only committed changes get
-- a `seq`. One caller at a time, over all servers: the others wait for the row.
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
