-- A caller who is denied too often in a minute gets entries that count: how many attempts, and when the last one came.
ALTER TABLE audit_events ADD COLUMN repeats integer NOT NULL DEFAULT 1, ADD COLUMN last_at timestamptz(3);
