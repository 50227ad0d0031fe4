-- Records a restore of the database. Returns whether one happened: if so, the bytes in the store may differ from the
-- rows.
CREATE OR REPLACE FUNCTION note_restore(p_at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_place text := concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                                 (SELECT oid FROM pg_database WHERE datname = current_database()),
                                 'blobs'::regclass::oid);
  v_before text;
BEGIN
  SELECT place INTO v_before FROM database_identity FOR UPDATE;
  IF v_before = v_place THEN RETURN false; END IF;
  UPDATE database_identity SET place = v_place, restored_at = CASE WHEN v_before IS NULL THEN restored_at ELSE p_at END;
  RETURN v_before IS NOT NULL;
END
$$;
