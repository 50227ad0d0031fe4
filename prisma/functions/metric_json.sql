-- Returns a value as JSON. JSON has no NaN and no infinities, so the strings "NaN", "Infinity" and "-Infinity" replace
-- them.
CREATE OR REPLACE FUNCTION metric_json(value double precision) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN value IN ('NaN', 'Infinity', '-Infinity') THEN to_jsonb(value::text)
    ELSE to_jsonb(value)
  END
$$;
