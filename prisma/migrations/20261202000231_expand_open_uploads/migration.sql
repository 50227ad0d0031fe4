-- Counts the open uploads of a caller, and their bytes in each namespace.
CREATE INDEX uploads_open_by ON uploads (created_by, namespace_id) INCLUDE (size_bytes) WHERE state = 'open';
-- Counts the open uploads of a namespace and all below it.
CREATE INDEX uploads_open_in ON uploads (namespace_id) WHERE state = 'open';
