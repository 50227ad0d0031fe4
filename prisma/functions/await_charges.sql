-- Waits until no transaction is under way that has found no quota to charge, and keeps others from it until this one ends:
-- for whoever sets a quota where there is none. What was stored without it is then there to be counted.
CREATE OR REPLACE FUNCTION await_charges() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('quotas', 0))
$$;
