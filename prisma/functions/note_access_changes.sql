-- Records that the rights of some principals changed. The row of the epoch stays locked until the commit, so epochs
-- commit in order.
CREATE OR REPLACE FUNCTION note_access_changes(p_principals text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_epoch bigint;
BEGIN
  IF cardinality(p_principals) = 0 THEN RETURN; END IF;
  UPDATE access_epoch SET epoch = epoch + 1 RETURNING epoch INTO v_epoch;
  INSERT INTO access_changes (principal, epoch) SELECT DISTINCT unnest(p_principals), v_epoch
  ON CONFLICT (principal) DO UPDATE SET epoch = EXCLUDED.epoch, at = EXCLUDED.at;
END
$$;
