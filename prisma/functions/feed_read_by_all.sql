-- Returns the last position that all readers of the feed inside the database have passed. Add each new reader here.
CREATE OR REPLACE FUNCTION feed_read_by_all() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(last_seq) FROM policy_feed
$$;
