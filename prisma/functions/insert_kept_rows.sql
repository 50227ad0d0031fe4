-- Reinserts kept rows. A column that a later migration added gets its default.
CREATE OR REPLACE FUNCTION insert_kept_rows(p_table regclass, p_rows jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_columns text;
BEGIN
  IF jsonb_array_length(p_rows) = 0 THEN RETURN; END IF;
  SELECT string_agg(quote_ident(attname), ', ') INTO v_columns FROM pg_attribute
  WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped AND p_rows->0 ? attname::text;
  EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)',
                 p_table, v_columns)
  USING p_rows;
END
$$;
