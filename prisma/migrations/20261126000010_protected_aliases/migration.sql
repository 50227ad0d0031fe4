-- Who may move an alias, said on a model or on a namespace for all models below it.

CREATE TABLE protected_aliases (
  id           uuid PRIMARY KEY,
  namespace_id uuid REFERENCES namespaces (id) ON DELETE CASCADE,
  model_id     uuid REFERENCES models (id) ON DELETE CASCADE,
  alias        text COLLATE "C" NOT NULL,
  movable_by   text COLLATE "C" NOT NULL,
  role         text COLLATE "C",
  principals   text[] COLLATE "C" NOT NULL DEFAULT '{}',
  reason       text,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  CHECK (num_nonnulls(namespace_id, model_id) = 1),
  UNIQUE (namespace_id, alias),
  UNIQUE (model_id, alias)
);
