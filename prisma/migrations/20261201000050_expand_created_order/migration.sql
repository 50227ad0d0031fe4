-- The order in which checkpoints and versions were created, over all servers: no clock decides which is the newest.
-- Rows that are there get theirs by what their clocks said. One sequence: a number is drawn when the row is inserted.
CREATE SEQUENCE created_order AS bigint;
ALTER TABLE checkpoints ADD COLUMN created_order bigint NOT NULL DEFAULT 0;
ALTER TABLE versions ADD COLUMN created_order bigint NOT NULL DEFAULT 0;
UPDATE checkpoints c SET created_order = o.n
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS n FROM checkpoints) AS o WHERE c.id = o.id;
UPDATE versions v SET created_order = o.n
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS n FROM versions) AS o WHERE v.id = o.id;
SELECT setval('created_order', 1 + greatest(
  (SELECT coalesce(max(created_order), 0) FROM checkpoints), (SELECT coalesce(max(created_order), 0) FROM versions)));
ALTER TABLE checkpoints ALTER COLUMN created_order SET DEFAULT nextval('created_order');
ALTER TABLE versions ALTER COLUMN created_order SET DEFAULT nextval('created_order');
CREATE INDEX checkpoints_latest ON checkpoints (experiment_id, created_order DESC) WHERE status = 'ready' AND deleted_at IS NULL;
