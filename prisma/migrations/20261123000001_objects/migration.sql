-- The objects of the vocabulary. Text that is compared or ordered has the collation "C": it compares by code point,
-- whatever the locale of the database, and a prefix search uses the plain index.

CREATE TABLE namespaces (
  id          uuid PRIMARY KEY,
  parent_id   uuid REFERENCES namespaces (id) ON DELETE RESTRICT,
  path        text COLLATE "C" NOT NULL UNIQUE,
  description text COLLATE "C",
  metadata    jsonb NOT NULL DEFAULT '{}',
  row_version integer NOT NULL DEFAULT 1,
  created_by  text COLLATE "C" NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  updated_at  timestamptz(3) NOT NULL
);
CREATE INDEX namespaces_parent ON namespaces (parent_id);

CREATE TABLE models (
  id           uuid PRIMARY KEY,
  namespace_id uuid NOT NULL REFERENCES namespaces (id) ON DELETE RESTRICT,
  name         text COLLATE "C" NOT NULL,
  owner        text COLLATE "C",
  task         text COLLATE "C",
  description  text COLLATE "C",
  metadata     jsonb NOT NULL DEFAULT '{}',
  tags         text[] COLLATE "C" NOT NULL DEFAULT '{}',
  row_version  integer NOT NULL DEFAULT 1,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  deleted_at   timestamptz(3),
  UNIQUE (namespace_id, name)
);
CREATE INDEX models_page ON models (namespace_id, created_at DESC, id DESC);
CREATE INDEX models_newest ON models (created_at DESC, id DESC);
CREATE INDEX models_metadata ON models USING gin (metadata jsonb_path_ops);
CREATE INDEX models_tags ON models USING gin (tags);
CREATE INDEX models_deleted ON models (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE experiments (
  id           uuid PRIMARY KEY,
  namespace_id uuid NOT NULL REFERENCES namespaces (id) ON DELETE RESTRICT,
  name         text COLLATE "C" NOT NULL,
  owner        text COLLATE "C",
  task         text COLLATE "C",
  framework    text COLLATE "C",
  external_id  text COLLATE "C",
  status       text COLLATE "C" NOT NULL,
  metadata     jsonb NOT NULL DEFAULT '{}',
  tags         text[] COLLATE "C" NOT NULL DEFAULT '{}',
  row_version  integer NOT NULL DEFAULT 1,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  deleted_at   timestamptz(3),
  UNIQUE (namespace_id, name)
);
CREATE INDEX experiments_page ON experiments (namespace_id, created_at DESC, id DESC);
CREATE INDEX experiments_newest ON experiments (created_at DESC, id DESC);
CREATE INDEX experiments_external_id ON experiments (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX experiments_metadata ON experiments USING gin (metadata jsonb_path_ops);
CREATE INDEX experiments_tags ON experiments USING gin (tags);
CREATE INDEX experiments_deleted ON experiments (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE checkpoints (
  id            uuid PRIMARY KEY,
  experiment_id uuid NOT NULL REFERENCES experiments (id) ON DELETE RESTRICT,
  epoch         bigint,
  step          bigint,
  status        text COLLATE "C" NOT NULL,
  metadata      jsonb NOT NULL DEFAULT '{}',
  tags          text[] COLLATE "C" NOT NULL DEFAULT '{}',
  create_hash   bytea NOT NULL,
  row_version   integer NOT NULL DEFAULT 1,
  created_by    text COLLATE "C" NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  ready_at      timestamptz(3),
  deleted_at    timestamptz(3),
  CHECK (epoch IS NOT NULL OR step IS NOT NULL)
);
CREATE UNIQUE INDEX checkpoints_position ON checkpoints (experiment_id, epoch, step) NULLS NOT DISTINCT
  WHERE deleted_at IS NULL;
CREATE INDEX checkpoints_page ON checkpoints (experiment_id, created_at DESC, id DESC);
CREATE INDEX checkpoints_metadata ON checkpoints USING gin (metadata jsonb_path_ops);
CREATE INDEX checkpoints_tags ON checkpoints USING gin (tags);
CREATE INDEX checkpoints_deleted ON checkpoints (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE versions (
  id                   uuid PRIMARY KEY,
  model_id             uuid NOT NULL REFERENCES models (id) ON DELETE RESTRICT,
  version              text COLLATE "C" NOT NULL,
  name                 text COLLATE "C",
  description          text COLLATE "C",
  framework            text COLLATE "C",
  status               text COLLATE "C" NOT NULL,
  metadata             jsonb NOT NULL DEFAULT '{}',
  tags                 text[] COLLATE "C" NOT NULL DEFAULT '{}',
  pending_aliases      text[] COLLATE "C" NOT NULL DEFAULT '{}',
  source_checkpoint_id uuid REFERENCES checkpoints (id) ON DELETE RESTRICT,
  source_experiment_id uuid REFERENCES experiments (id) ON DELETE RESTRICT,
  source_version_id    uuid REFERENCES versions (id) ON DELETE RESTRICT,
  create_hash          bytea NOT NULL,
  row_version          integer NOT NULL DEFAULT 1,
  created_by           text COLLATE "C" NOT NULL,
  created_at           timestamptz(3) NOT NULL,
  updated_at           timestamptz(3) NOT NULL,
  ready_at             timestamptz(3),
  deleted_at           timestamptz(3),
  UNIQUE (model_id, version)
);
CREATE INDEX versions_page ON versions (model_id, created_at DESC, id DESC);
CREATE INDEX versions_source_checkpoint ON versions (source_checkpoint_id) WHERE source_checkpoint_id IS NOT NULL;
CREATE INDEX versions_source_experiment ON versions (source_experiment_id) WHERE source_experiment_id IS NOT NULL;
CREATE INDEX versions_source_version ON versions (source_version_id) WHERE source_version_id IS NOT NULL;
CREATE INDEX versions_metadata ON versions USING gin (metadata jsonb_path_ops);
CREATE INDEX versions_tags ON versions USING gin (tags);
CREATE INDEX versions_deleted ON versions (deleted_at) WHERE deleted_at IS NOT NULL;

-- By the hash of the reference: a whole one can be longer than an index entry.
CREATE TABLE retired_versions (
  hash       bytea PRIMARY KEY,
  reference  text COLLATE "C" NOT NULL,
  id         uuid NOT NULL,
  retired_at timestamptz(3) NOT NULL
);

CREATE TABLE aliases (
  id         uuid PRIMARY KEY,
  model_id   uuid NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  name       text COLLATE "C" NOT NULL,
  version_id uuid NOT NULL REFERENCES versions (id) ON DELETE RESTRICT,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  UNIQUE (model_id, name)
);
CREATE INDEX aliases_version ON aliases (version_id);

CREATE TABLE alias_moves (
  id              bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  model_id        uuid NOT NULL,
  alias           text COLLATE "C" NOT NULL,
  from_version_id uuid,
  from_version    text COLLATE "C",
  to_version_id   uuid,
  to_version      text COLLATE "C",
  back_id         bigint,
  cause           text COLLATE "C" NOT NULL,
  reason          text COLLATE "C",
  actor           text COLLATE "C" NOT NULL,
  request_id      text COLLATE "C",
  at              timestamptz(3) NOT NULL
);
CREATE INDEX alias_moves_history ON alias_moves (model_id, alias, id DESC);

CREATE TABLE datasets (
  id           uuid PRIMARY KEY,
  namespace_id uuid NOT NULL REFERENCES namespaces (id) ON DELETE RESTRICT,
  name         text COLLATE "C" NOT NULL,
  uri          text COLLATE "C",
  digest       text COLLATE "C",
  metadata     jsonb NOT NULL DEFAULT '{}',
  row_version  integer NOT NULL DEFAULT 1,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  UNIQUE (namespace_id, name)
);
CREATE INDEX datasets_page ON datasets (namespace_id, created_at DESC, id DESC);
CREATE INDEX datasets_newest ON datasets (created_at DESC, id DESC);
CREATE INDEX datasets_metadata ON datasets USING gin (metadata jsonb_path_ops);

CREATE TABLE version_datasets (
  version_id uuid NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  dataset_id uuid NOT NULL REFERENCES datasets (id) ON DELETE RESTRICT,
  position   integer NOT NULL,
  digest     text COLLATE "C",
  PRIMARY KEY (version_id, dataset_id)
);
CREATE INDEX version_datasets_dataset ON version_datasets (dataset_id);

CREATE TABLE blobs (
  id         uuid PRIMARY KEY,
  sha256     text COLLATE "C" NOT NULL UNIQUE,
  key        text COLLATE "C" NOT NULL UNIQUE,
  size_bytes bigint NOT NULL,
  created_at timestamptz(3) NOT NULL
);

CREATE TABLE files (
  id          uuid PRIMARY KEY,
  object_kind text COLLATE "C" NOT NULL,
  object_id   uuid NOT NULL,
  path        text COLLATE "C" NOT NULL,
  role        text COLLATE "C" NOT NULL,
  uri         text COLLATE "C",
  size_bytes  bigint,
  sha256      text COLLATE "C",
  state       text COLLATE "C" NOT NULL,
  media_type  text COLLATE "C",
  blob_id     uuid REFERENCES blobs (id) ON DELETE RESTRICT,
  created_by  text COLLATE "C" NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  UNIQUE (object_id, path),
  CHECK ((uri IS NULL) <> (blob_id IS NULL))
);
CREATE INDEX files_blob ON files (blob_id) WHERE blob_id IS NOT NULL;

CREATE TABLE events (
  id          uuid PRIMARY KEY,
  object_kind text COLLATE "C" NOT NULL,
  object_id   uuid NOT NULL,
  name        text COLLATE "C" NOT NULL,
  source      text COLLATE "C" NOT NULL,
  time        timestamptz(3) NOT NULL,
  metadata    jsonb NOT NULL DEFAULT '{}',
  created_by  text COLLATE "C" NOT NULL,
  created_at  timestamptz(3) NOT NULL
);
CREATE INDEX events_page ON events (object_id, id DESC);
