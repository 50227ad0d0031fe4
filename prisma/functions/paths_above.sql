-- Lists a path and all paths above it: `{a, a/b, a/b/c}` for `a/b/c`.
CREATE OR REPLACE FUNCTION paths_above(p_path text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(array_to_string(segments[1:n], '/'))
  FROM (SELECT string_to_array(p_path, '/') AS segments) AS s, generate_series(1, cardinality(segments)) AS n
$$;
