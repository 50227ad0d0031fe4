-- Returns whether `p_path` equals `p_root` or lies below it. Postgres inlines the function, and each side of the OR can
-- use the index on the path. In the collation "C", `0` directly follows `/`.
CREATE OR REPLACE FUNCTION is_at_or_below(p_path text, p_root text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_path = p_root
    OR p_path COLLATE "C" > (p_root || '/') COLLATE "C" AND p_path COLLATE "C" < (p_root || '0') COLLATE "C"
$$;
