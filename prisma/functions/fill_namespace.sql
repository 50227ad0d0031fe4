-- Sets the namespace of a row. A writer that already knows the namespace sets it and saves the lookup.
CREATE OR REPLACE FUNCTION fill_namespace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.namespace_id := namespace_of(NEW.object_kind, NEW.object_id);
  RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER files_namespace BEFORE INSERT OR UPDATE OF blob_id ON files
  FOR EACH ROW WHEN (NEW.blob_id IS NOT NULL AND NEW.namespace_id IS NULL) EXECUTE FUNCTION fill_namespace();
CREATE OR REPLACE TRIGGER uploads_namespace BEFORE INSERT ON uploads
  FOR EACH ROW WHEN (NEW.namespace_id IS NULL) EXECUTE FUNCTION fill_namespace();
