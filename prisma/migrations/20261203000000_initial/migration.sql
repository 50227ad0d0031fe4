-- All tables, indexes and sequences as of the first release. Functions, triggers and views are in `prisma/functions`.
--
-- The objects of the vocabulary. Text that is compared or ordered has the collation "C": it compares by code point,
-- whatever the locale of the database, and a prefix search uses the plain index.
CREATE TABLE namespaces (
  id            uuid PRIMARY KEY,
  parent_id     uuid REFERENCES namespaces (id) ON DELETE RESTRICT,
  path          text COLLATE "C" NOT NULL UNIQUE,
  description   text COLLATE "C",
  metadata      jsonb NOT NULL DEFAULT '{}',
  row_version   integer NOT NULL DEFAULT 1,
  created_by    text COLLATE "C" NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  updated_at    timestamptz(3) NOT NULL,
  quota_bytes   bigint CHECK (quota_bytes >= 0),
  -- Never less than the stored and pending bytes in and below the namespace, but possibly more: so it proves that
  -- something fits, and nothing else. Null: not counted yet.
  quota_charged bigint
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
  id                   uuid PRIMARY KEY,
  namespace_id         uuid NOT NULL REFERENCES namespaces (id) ON DELETE RESTRICT,
  name                 text COLLATE "C" NOT NULL,
  owner                text COLLATE "C",
  task                 text COLLATE "C",
  framework            text COLLATE "C",
  external_id          text COLLATE "C",
  status               text COLLATE "C" NOT NULL,
  metadata             jsonb NOT NULL DEFAULT '{}',
  tags                 text[] COLLATE "C" NOT NULL DEFAULT '{}',
  row_version          integer NOT NULL DEFAULT 1,
  created_by           text COLLATE "C" NOT NULL,
  created_at           timestamptz(3) NOT NULL,
  updated_at           timestamptz(3) NOT NULL,
  deleted_at           timestamptz(3),
  -- The checkpoint that the run began with, of any run.
  source_checkpoint_id uuid,
  UNIQUE (namespace_id, name)
);
CREATE INDEX experiments_page ON experiments (namespace_id, created_at DESC, id DESC);
CREATE INDEX experiments_newest ON experiments (created_at DESC, id DESC);
CREATE INDEX experiments_external_id ON experiments (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX experiments_metadata ON experiments USING gin (metadata jsonb_path_ops);
CREATE INDEX experiments_tags ON experiments USING gin (tags);
CREATE INDEX experiments_deleted ON experiments (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX experiments_source_checkpoint ON experiments (source_checkpoint_id) WHERE source_checkpoint_id IS NOT NULL;

-- The order in which checkpoints and versions were created, over all servers: no clock decides which is the newest.
-- One sequence for both: a row draws its number when it is inserted.
CREATE SEQUENCE created_order AS bigint;

CREATE TABLE checkpoints (
  id               uuid PRIMARY KEY,
  experiment_id    uuid NOT NULL REFERENCES experiments (id) ON DELETE RESTRICT,
  epoch            bigint,
  step             bigint,
  status           text COLLATE "C" NOT NULL,
  metadata         jsonb NOT NULL DEFAULT '{}',
  tags             text[] COLLATE "C" NOT NULL DEFAULT '{}',
  create_hash      bytea NOT NULL,
  row_version      integer NOT NULL DEFAULT 1,
  created_by       text COLLATE "C" NOT NULL,
  created_at       timestamptz(3) NOT NULL,
  updated_at       timestamptz(3) NOT NULL,
  ready_at         timestamptz(3),
  deleted_at       timestamptz(3),
  -- When an object that retention deleted is purged. Null: after the general grace time.
  purge_at         timestamptz(3),
  files_removed_at timestamptz(3),
  created_order    bigint NOT NULL DEFAULT nextval('created_order'),
  CHECK (epoch IS NOT NULL OR step IS NOT NULL)
);
ALTER TABLE experiments ADD FOREIGN KEY (source_checkpoint_id) REFERENCES checkpoints (id) ON DELETE RESTRICT;
CREATE UNIQUE INDEX checkpoints_position ON checkpoints (experiment_id, epoch, step) NULLS NOT DISTINCT
  WHERE deleted_at IS NULL;
CREATE INDEX checkpoints_page ON checkpoints (experiment_id, created_at DESC, id DESC);
CREATE INDEX checkpoints_metadata ON checkpoints USING gin (metadata jsonb_path_ops);
CREATE INDEX checkpoints_tags ON checkpoints USING gin (tags);
CREATE INDEX checkpoints_deleted ON checkpoints (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX checkpoints_latest ON checkpoints (experiment_id, created_order DESC) WHERE status = 'ready' AND deleted_at IS NULL;

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
  -- When an object that retention deleted is purged. Null: after the general grace time.
  purge_at             timestamptz(3),
  files_removed_at     timestamptz(3),
  created_order        bigint NOT NULL DEFAULT nextval('created_order'),
  UNIQUE (model_id, version)
);
CREATE INDEX versions_page ON versions (model_id, created_at DESC, id DESC);
CREATE INDEX versions_source_checkpoint ON versions (source_checkpoint_id) WHERE source_checkpoint_id IS NOT NULL;
CREATE INDEX versions_source_experiment ON versions (source_experiment_id) WHERE source_experiment_id IS NOT NULL;
CREATE INDEX versions_source_version ON versions (source_version_id) WHERE source_version_id IS NOT NULL;
CREATE INDEX versions_metadata ON versions USING gin (metadata jsonb_path_ops);
CREATE INDEX versions_tags ON versions USING gin (tags);
CREATE INDEX versions_deleted ON versions (deleted_at) WHERE deleted_at IS NOT NULL;
-- The pending evaluations, oldest first.
CREATE INDEX versions_ready ON versions (model_id, ready_at, id) WHERE status = 'ready' AND deleted_at IS NULL;

-- Keyed by the hash of the reference, because a reference can be longer than an index entry.
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
  at              timestamptz(3) NOT NULL,
  -- The move's own change: later changes of a version came after the move.
  change_id       bigint
);
CREATE INDEX alias_moves_history ON alias_moves (model_id, alias, id DESC);
CREATE INDEX alias_moves_from ON alias_moves (from_version_id, id DESC) WHERE from_version_id IS NOT NULL;

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
  id                 uuid PRIMARY KEY,
  sha256             text COLLATE "C" NOT NULL UNIQUE,
  key                text COLLATE "C" NOT NULL UNIQUE,
  size_bytes         bigint NOT NULL,
  created_at         timestamptz(3) NOT NULL,
  unreferenced_since timestamptz(3),
  verified_at        timestamptz(3),
  verify_claimed_at  timestamptz(3),
  corrupt_at         timestamptz(3),
  -- When a reader found other bytes under the key. A second look clears it.
  suspect_at         timestamptz(3)
);
CREATE INDEX blobs_unreferenced ON blobs (unreferenced_since) WHERE unreferenced_since IS NOT NULL;
CREATE INDEX blobs_corrupt ON blobs (id) WHERE corrupt_at IS NOT NULL;
CREATE INDEX blobs_verified ON blobs ((coalesce(verified_at, created_at)));
CREATE INDEX blobs_suspect ON blobs (suspect_at) WHERE suspect_at IS NOT NULL;

-- Files that arrive in parts. An upload belongs to one object and path. Only the store knows which parts have arrived.
CREATE TABLE uploads (
  id              uuid PRIMARY KEY,
  object_kind     text COLLATE "C" NOT NULL,
  object_id       uuid NOT NULL,
  path            text COLLATE "C" NOT NULL,
  role            text COLLATE "C" NOT NULL,
  media_type      text COLLATE "C",
  size_bytes      bigint NOT NULL,
  part_size_bytes bigint NOT NULL,
  sha256          text COLLATE "C",
  key             text COLLATE "C" NOT NULL UNIQUE,
  token           text COLLATE "C" NOT NULL,
  state           text COLLATE "C" NOT NULL
                  CHECK (state IN ('open', 'verifying', 'complete', 'failed', 'aborted', 'expired')),
  failure         text COLLATE "C",
  created_by      text COLLATE "C" NOT NULL,
  created_at      timestamptz(3) NOT NULL,
  updated_at      timestamptz(3) NOT NULL,
  expires_at      timestamptz(3),
  claimed_at      timestamptz(3),
  cleaned_at      timestamptz(3),
  -- The namespace of the object that the upload is for. It never changes, and outlives the object.
  namespace_id    uuid,
  -- Whether the store has yet to put the parts of a completed upload together. A worker goes on until it has.
  completing      boolean NOT NULL DEFAULT false,
  -- The SHA-256 of each part as it arrived, one after the other, 32 bytes each. Null: unknown. Empty: two completions
  -- named different parts, and nobody knows whose parts the store took.
  part_hashes     bytea,
  -- Why a completed upload is not verified yet, for people.
  waits_for       text COLLATE "C",
  -- The last unexpected finding, how many looks in a row found the same, and how many found anything at all. In an open
  -- upload: how many requests in a row found that the store does not know its parts.
  finding         text COLLATE "C",
  findings        integer NOT NULL DEFAULT 0,
  looks           integer NOT NULL DEFAULT 0,
  -- When the next look is due. Null: now.
  look_at         timestamptz(3),
  -- When the first of these findings was made.
  found_at        timestamptz(3),
  CHECK ((state = 'open') = (expires_at IS NOT NULL)),
  CHECK (state NOT IN ('open', 'verifying') OR cleaned_at IS NULL)
);
CREATE INDEX uploads_object ON uploads (object_id, id DESC);
CREATE INDEX uploads_expiry ON uploads (expires_at) WHERE state = 'open';
CREATE INDEX uploads_live ON uploads (state, id) WHERE cleaned_at IS NULL;
CREATE INDEX uploads_over ON uploads (updated_at) WHERE cleaned_at IS NOT NULL;
CREATE INDEX uploads_under_way ON uploads (namespace_id) INCLUDE (size_bytes) WHERE state IN ('open', 'verifying');
-- Counts the open uploads of a caller, and their bytes in each namespace.
CREATE INDEX uploads_open_by ON uploads (created_by, namespace_id) INCLUDE (size_bytes) WHERE state = 'open';
-- Counts the open uploads of a namespace and all below it.
CREATE INDEX uploads_open_in ON uploads (namespace_id) WHERE state = 'open';

CREATE TABLE files (
  id           uuid PRIMARY KEY,
  object_kind  text COLLATE "C" NOT NULL,
  object_id    uuid NOT NULL,
  path         text COLLATE "C" NOT NULL,
  role         text COLLATE "C" NOT NULL,
  uri          text COLLATE "C",
  size_bytes   bigint,
  sha256       text COLLATE "C",
  state        text COLLATE "C" NOT NULL,
  media_type   text COLLATE "C",
  blob_id      uuid REFERENCES blobs (id) ON DELETE RESTRICT,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  upload_id    uuid REFERENCES uploads (id) ON DELETE RESTRICT,
  -- The namespace of the object that a stored file belongs to. It never changes, and outlives the object.
  namespace_id uuid,
  UNIQUE (object_id, path),
  -- A file has a URI, or a blob, or the content of an upload that is not verified yet.
  CONSTRAINT files_content CHECK (num_nonnulls(uri, blob_id, upload_id) = 1)
);
CREATE INDEX files_corrupt ON files (blob_id) WHERE state = 'corrupt';
CREATE UNIQUE INDEX files_upload ON files (upload_id) WHERE upload_id IS NOT NULL;
CREATE INDEX files_blob ON files (blob_id, namespace_id) WHERE blob_id IS NOT NULL;
-- Counts the content of a namespace from the index alone.
CREATE INDEX files_stored ON files (namespace_id, blob_id) INCLUDE (size_bytes) WHERE blob_id IS NOT NULL;

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

-- Metrics. A series is one key of one object on one dataset (or on none) and carries the latest of its points, so that
-- lists can filter and order by it from an index; the points are the whole history.
CREATE TABLE metric_series (
  id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  object_kind text COLLATE "C" NOT NULL,
  object_id   uuid NOT NULL,
  scope_id    uuid NOT NULL,
  key         text COLLATE "C" NOT NULL,
  dataset_id  uuid REFERENCES datasets (id) ON DELETE RESTRICT,
  value       double precision NOT NULL,
  step        bigint,
  time        timestamptz(6),
  digest      text COLLATE "C"
);
CREATE UNIQUE INDEX metric_series_identity ON metric_series (object_id, key, dataset_id) NULLS NOT DISTINCT;
CREATE INDEX metric_series_order ON metric_series (scope_id, key, dataset_id, value, object_id);

-- Points arrive by the thousand, so this table has one index and no foreign key, whose check would cost more than the
-- row. Only `log_metrics` writes points, of series that it has just found or inserted, and only `purge_parts` deletes
-- them.
CREATE TABLE metric_points (
  received  bigint GENERATED BY DEFAULT AS IDENTITY,
  series_id bigint NOT NULL,
  step      bigint,
  time      timestamptz(6),
  digest    text COLLATE "C",
  value     double precision NOT NULL
);
CREATE UNIQUE INDEX metric_points_identity ON metric_points (series_id, step, time, digest) NULLS NOT DISTINCT;

-- The record of every committed write.
CREATE TABLE changes (
  id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  seq         bigint,
  object_kind text COLLATE "C" NOT NULL,
  object_id   uuid NOT NULL,
  namespace   text COLLATE "C" NOT NULL,
  action      text COLLATE "C" NOT NULL,
  before      jsonb,
  after       jsonb,
  detail      jsonb,
  actor       text COLLATE "C" NOT NULL,
  token_id    uuid,
  address     text COLLATE "C",
  request_id  text COLLATE "C",
  at          timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX changes_seq ON changes (seq) WHERE seq IS NOT NULL;
CREATE INDEX changes_unsequenced ON changes (id) WHERE seq IS NULL;
CREATE INDEX changes_object ON changes (object_id, id);
-- The order of time. A change enters this index when it gets its `seq`, so that the write itself is no slower.
CREATE INDEX changes_at ON changes (at, id) WHERE seq IS NOT NULL;
-- Rows that pruning deletes lie together: vacuum frees them long before they are a fifth of the table.
ALTER TABLE changes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

CREATE TABLE change_feed (
  id       integer PRIMARY KEY CHECK (id = 1),
  last_seq bigint NOT NULL
);
INSERT INTO change_feed VALUES (1, 0);

-- Keys whose content is to be removed from the store. No blob has such a key, and none ever will again. A removed key
-- stays for some days, so that a late upload does not refer to it.
CREATE TABLE doomed_keys (
  key        text COLLATE "C" PRIMARY KEY,
  size_bytes bigint NOT NULL,
  doomed_at  timestamptz(3) NOT NULL,
  removed_at timestamptz(3)
);
CREATE INDEX doomed_keys_oldest ON doomed_keys (doomed_at, key) WHERE removed_at IS NULL;
CREATE INDEX doomed_keys_removed ON doomed_keys (removed_at) WHERE removed_at IS NOT NULL;

-- The mark of a store of files, so that no other database takes its content for an orphan. A dump contains it too.
CREATE TABLE database_identity (
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  is_only     boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- Names the tables themselves. A restored dump brings the name of the tables that it was taken from.
  place       text,
  -- When a server first found that the database had been restored.
  restored_at timestamptz(3)
);
INSERT INTO database_identity DEFAULT VALUES;

-- Policies, their decisions, and the decisions of people about them.
CREATE TABLE policies (
  id         uuid PRIMARY KEY,
  owner_kind text COLLATE "C" NOT NULL,
  owner_id   uuid NOT NULL UNIQUE,
  document   jsonb NOT NULL,
  edit       integer NOT NULL,
  edited_by  text COLLATE "C" NOT NULL,
  edited_at  timestamptz(3) NOT NULL,
  -- By section the author whose rights bound the rule. A section without an author is bound by nobody's rights: it was
  -- set before authors were recorded, or on an open server.
  authors    jsonb NOT NULL DEFAULT '{}',
  CHECK (owner_kind IN ('model', 'namespace'))
);

-- History, which outlives the feed and the owner of the policy.
CREATE TABLE policy_edits (
  id         bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  owner_kind text COLLATE "C" NOT NULL,
  owner_id   uuid NOT NULL,
  edit       integer NOT NULL,
  document   jsonb NOT NULL,
  actor      text COLLATE "C" NOT NULL,
  request_id text COLLATE "C",
  at         timestamptz(3) NOT NULL,
  UNIQUE (owner_id, edit)
);

CREATE TABLE decisions (
  id           bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  kind         text COLLATE "C" NOT NULL,
  rule         text COLLATE "C",
  model_id     uuid,
  namespace_id uuid,
  subject_kind text COLLATE "C" NOT NULL,
  subject_id   uuid NOT NULL,
  subject_name text COLLATE "C" NOT NULL,
  outcome      text COLLATE "C" NOT NULL,
  words        text COLLATE "C" NOT NULL,
  clauses      jsonb NOT NULL,
  inputs       jsonb NOT NULL,
  cause        jsonb NOT NULL,
  policy       jsonb,
  at           timestamptz(3) NOT NULL,
  -- How often the decision was taken again, and when last.
  repeats      integer NOT NULL DEFAULT 0,
  last_at      timestamptz(3)
);
CREATE INDEX decisions_model ON decisions (model_id, id DESC) WHERE model_id IS NOT NULL;
CREATE INDEX decisions_namespace ON decisions (namespace_id, id DESC) WHERE namespace_id IS NOT NULL;
CREATE INDEX decisions_subject ON decisions (subject_id, id DESC);
ALTER TABLE decisions SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

CREATE TABLE proposals (
  id          uuid PRIMARY KEY,
  model_id    uuid NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  rule        text COLLATE "C" NOT NULL,
  alias       text COLLATE "C",
  tag         text COLLATE "C",
  version_id  uuid NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  holder      text COLLATE "C",
  state       text COLLATE "C" NOT NULL,
  words       text COLLATE "C" NOT NULL,
  decision_id bigint NOT NULL,
  -- The last change that there was when it was decided: facts that come later open the question anew.
  change_id   bigint,
  decided_by  text COLLATE "C",
  decided_at  timestamptz(3),
  reason      text COLLATE "C",
  created_at  timestamptz(3) NOT NULL,
  -- The people who wrote the rule: none of them may approve.
  writers     text[] COLLATE "C" NOT NULL DEFAULT '{}'
);
CREATE INDEX proposals_page ON proposals (model_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX proposals_open ON proposals (model_id, rule, version_id) WHERE state = 'open';
CREATE INDEX proposals_version ON proposals (version_id, rule);
CREATE INDEX proposals_decided ON proposals (decided_at) WHERE state <> 'open';

CREATE TABLE holds (
  object_id   uuid PRIMARY KEY,
  object_kind text COLLATE "C" NOT NULL,
  reason      text COLLATE "C" NOT NULL,
  created_by  text COLLATE "C" NOT NULL,
  created_at  timestamptz(3) NOT NULL
);

-- Pending decisions of rules. Rows come from the feed, so a write of a fact enqueues nothing. The transaction that
-- stores a decision deletes its row. `subject_id` is a version, checkpoint or experiment, or the model for all its
-- versions.
CREATE TABLE policy_work (
  id           bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  model_id     uuid NOT NULL,
  subject_kind text COLLATE "C" NOT NULL,
  subject_id   uuid NOT NULL,
  seq          bigint NOT NULL,
  cause        jsonb NOT NULL,
  due_at       timestamptz(3) NOT NULL,
  -- Whether it waits for a time, and not for its turn.
  is_timer     boolean NOT NULL DEFAULT false,
  UNIQUE (model_id, subject_id, is_timer)
);
CREATE INDEX policy_work_due ON policy_work (due_at, seq);

-- How far the feed has been looked at. No change before this had a policy.
CREATE TABLE policy_feed (
  id       integer PRIMARY KEY CHECK (id = 1),
  last_seq bigint NOT NULL
);
INSERT INTO policy_feed VALUES (1, 0);

-- Files that retention took from an object that stays, until their grace time is over. They refer to their content as
-- files do.
CREATE TABLE removed_files (
  id           uuid PRIMARY KEY,
  object_kind  text COLLATE "C" NOT NULL,
  object_id    uuid NOT NULL,
  namespace_id uuid,
  path         text COLLATE "C" NOT NULL,
  role         text COLLATE "C" NOT NULL,
  uri          text COLLATE "C",
  size_bytes   bigint,
  sha256       text COLLATE "C",
  state        text COLLATE "C" NOT NULL,
  media_type   text COLLATE "C",
  blob_id      uuid REFERENCES blobs (id) ON DELETE RESTRICT,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  removed_at   timestamptz(3) NOT NULL,
  purge_at     timestamptz(3) NOT NULL
);
CREATE INDEX removed_files_object ON removed_files (object_id);
CREATE INDEX removed_files_blob ON removed_files (blob_id) WHERE blob_id IS NOT NULL;
CREATE INDEX removed_files_purge ON removed_files (purge_at);

-- When the retention of a model or namespace was carried out last. An edit of a policy makes it due at once.
CREATE TABLE retention_runs (
  owner_id   uuid PRIMARY KEY,
  started_at timestamptz(3) NOT NULL,
  ended_at   timestamptz(3)
);

-- Access.
CREATE TABLE tokens (
  id            uuid PRIMARY KEY,
  -- SHA-256 of the secret, which is random and long: it can be looked up and not be guessed.
  hash          bytea NOT NULL UNIQUE,
  name          text COLLATE "C" NOT NULL,
  principal     text COLLATE "C" NOT NULL,
  administrator boolean NOT NULL,
  -- Empty: wherever, and whatever, its owner may.
  namespaces    text[] COLLATE "C" NOT NULL DEFAULT '{}',
  permissions   text[] COLLATE "C" NOT NULL DEFAULT '{}',
  networks      text[] COLLATE "C" NOT NULL DEFAULT '{}',
  expires_at    timestamptz(3),
  last_used_at  timestamptz(3),
  revoked_at    timestamptz(3),
  created_by    text COLLATE "C" NOT NULL,
  created_at    timestamptz(3) NOT NULL,
  -- The token that made this token. Null: a sign-in, the bootstrap token or the local user made it.
  parent_id     uuid REFERENCES tokens (id) ON DELETE CASCADE
);
CREATE INDEX tokens_principal ON tokens (principal, id DESC);
CREATE INDEX tokens_over ON tokens ((least(revoked_at, expires_at))) WHERE revoked_at IS NOT NULL OR expires_at IS NOT NULL;
CREATE INDEX tokens_parent ON tokens (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE grants (
  id           uuid PRIMARY KEY,
  namespace_id uuid NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
  principal    text COLLATE "C" NOT NULL,
  role         text COLLATE "C" NOT NULL,
  created_by   text COLLATE "C" NOT NULL,
  created_at   timestamptz(3) NOT NULL,
  UNIQUE (namespace_id, principal)
);
CREATE INDEX grants_principal ON grants (principal);

-- The people and rules that may move an alias, of a model or of all models below a namespace.
CREATE TABLE protected_aliases (
  id             uuid PRIMARY KEY,
  namespace_id   uuid REFERENCES namespaces (id) ON DELETE CASCADE,
  model_id       uuid REFERENCES models (id) ON DELETE CASCADE,
  alias          text COLLATE "C" NOT NULL,
  movable_by     text COLLATE "C" NOT NULL,
  role           text COLLATE "C",
  principals     text[] COLLATE "C" NOT NULL DEFAULT '{}',
  reason         text,
  created_by     text COLLATE "C" NOT NULL,
  created_at     timestamptz(3) NOT NULL,
  -- Counts the settings and consents: the ETag of a protection.
  edit           integer NOT NULL DEFAULT 1,
  -- For `proposal`: the required number of approvers.
  approvals      integer NOT NULL DEFAULT 1,
  -- For `rule`: the role and the principals whose values rules use.
  evaluator_role text COLLATE "C" DEFAULT 'admin',
  evaluators     text[] COLLATE "C" NOT NULL DEFAULT '{}',
  CHECK (num_nonnulls(namespace_id, model_id) = 1),
  UNIQUE (namespace_id, alias),
  UNIQUE (model_id, alias)
);

-- Denied attempts and reads, which leave no change. Ids come from the sequence of the changes, so that both together
-- are one list.
CREATE TABLE audit_events (
  id          bigint PRIMARY KEY DEFAULT nextval('changes_id_seq'),
  at          timestamptz(3) NOT NULL,
  outcome     text COLLATE "C" NOT NULL CHECK (outcome IN ('denied', 'read')),
  -- Null: nobody who is known.
  actor       text COLLATE "C",
  token_id    uuid,
  address     text COLLATE "C",
  request_id  text COLLATE "C",
  method      text COLLATE "C" NOT NULL,
  route       text COLLATE "C" NOT NULL,
  status      integer NOT NULL,
  permission  text COLLATE "C",
  object_kind text COLLATE "C",
  object_id   uuid,
  namespace   text COLLATE "C",
  name        text COLLATE "C",
  detail      text COLLATE "C",
  -- A caller who is denied too often in a minute gets entries that count the attempts.
  repeats     integer NOT NULL DEFAULT 1,
  last_at     timestamptz(3)
);
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE INDEX audit_events_actor ON audit_events (actor, at, id);
CREATE INDEX audit_events_object ON audit_events (object_id, at, id) WHERE object_id IS NOT NULL;

-- Servers cache callers with their rights. Triggers note the principals whose rights change, also by cascade or by
-- hand, and servers poll the notes and evict those callers. The one row stays locked until the change commits, so that
-- epochs commit in their order and a reader never sees one before a lower one.
CREATE TABLE access_epoch (
  id           integer PRIMARY KEY CHECK (id = 1),
  epoch        bigint NOT NULL,
  -- A server that has not asked since this epoch evicts all callers: later changes may be pruned.
  pruned_epoch bigint NOT NULL DEFAULT 0
);
INSERT INTO access_epoch (id, epoch) VALUES (1, 0);

-- When something of a principal changed last. `*` stands for all of them.
CREATE TABLE access_changes (
  principal text COLLATE "C" PRIMARY KEY,
  epoch     bigint NOT NULL,
  at        timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX access_changes_epoch ON access_changes (epoch);
CREATE INDEX access_changes_at ON access_changes (at);

-- After a jump of the database's clock all servers wait with decisions by age until `ends_at`. At most one row.
CREATE TABLE clock_hold (
  id       integer PRIMARY KEY CHECK (id = 1),
  began_at timestamptz(3) NOT NULL,
  ends_at  timestamptz(3) NOT NULL,
  jump_ms  double precision NOT NULL
);

-- The widest alignment comes first, so that a row has no padding: 92 bytes with its line pointer.
CREATE TABLE idempotency_receipts (
  -- The first 64 bits of SHA-256 of the body. Only the owner of a key could gain from a collision, and gains nothing.
  body_hash   bigint NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  status      smallint,
  -- The first 128 bits of SHA-256 of principal, method, path and key.
  scope       uuid PRIMARY KEY,
  object_id   uuid,
  object_kind text COLLATE "C"
);
-- Rows live for a day: vacuum frees an hour's rows at a time, not a fifth of the table.
ALTER TABLE idempotency_receipts SET (autovacuum_vacuum_scale_factor = 0.05);

-- The progress of pruning. A reader of the feed that asks for changes after a position below `pruned_seq` may miss
-- some; every change above it exists.
CREATE TABLE history_pruning (
  id          integer PRIMARY KEY CHECK (id = 1),
  pruned_seq  bigint NOT NULL,
  decision_id bigint NOT NULL
);
INSERT INTO history_pruning VALUES (1, 0, 0);

-- The facts of a version as the pruned changes told them: backtests start from here.
CREATE TABLE version_baselines (
  version_id uuid PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
  -- The last change that is contained.
  change_id  bigint NOT NULL,
  at         timestamptz(3) NOT NULL,
  -- The version's own fields.
  after      jsonb,
  -- The latest metrics, in the form of a change's `detail.latest`.
  latest     jsonb
);

-- The settings of a deleted namespace, for the grace time: a namespace that is created anew gets them back.
CREATE TABLE kept_namespaces (
  path        text COLLATE "C" PRIMARY KEY,
  quota_bytes bigint,
  -- Whole rows, as arrays of objects.
  grants      jsonb NOT NULL,
  protections jsonb NOT NULL,
  kept_until  timestamptz(3) NOT NULL
);
CREATE INDEX kept_namespaces_until ON kept_namespaces (kept_until);

-- The labelling rules that admins allowed to move a protected alias, each by the digest of the text that the admin saw.
CREATE TABLE rule_consents (
  protection_id uuid NOT NULL REFERENCES protected_aliases (id) ON DELETE CASCADE,
  -- The model or namespace whose policy has the rule.
  owner_id      uuid NOT NULL REFERENCES policies (owner_id) ON DELETE CASCADE,
  rule          text COLLATE "C" NOT NULL,
  digest        text COLLATE "C" NOT NULL,
  given_by      text COLLATE "C" NOT NULL,
  given_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (protection_id, owner_id)
);
CREATE INDEX rule_consents_owner ON rule_consents (owner_id);

CREATE TABLE proposal_approvals (
  proposal_id uuid NOT NULL REFERENCES proposals (id) ON DELETE CASCADE,
  approver    text COLLATE "C" NOT NULL,
  -- The approver, and the owners of all ancestors of the approver's token: all one person.
  people      text[] COLLATE "C" NOT NULL,
  -- The caller, whose rights are checked again at the move. Null: the local user of an open server.
  author      jsonb,
  reason      text COLLATE "C",
  -- The change of the approval. Later facts of the version withdraw the approval.
  change_id   bigint NOT NULL,
  at          timestamptz(3) NOT NULL,
  PRIMARY KEY (proposal_id, approver)
);

-- The latest value of a metric of a version that each caller has logged: rules for a protected alias trust only some
-- callers, and the value of another caller must not hide theirs.
CREATE TABLE metric_claims (
  object_id  uuid NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
  model_id   uuid NOT NULL,
  key        text COLLATE "C" NOT NULL,
  dataset_id uuid,
  -- The caller, and the caller's groups at the time.
  principals text[] COLLATE "C" NOT NULL,
  -- The highest role that the caller had in full on the model's namespace at the time; empty: none.
  role       text COLLATE "C" NOT NULL,
  value      double precision NOT NULL,
  step       bigint,
  time       timestamptz(6),
  digest     text COLLATE "C",
  received   bigint GENERATED BY DEFAULT AS IDENTITY
);
CREATE UNIQUE INDEX metric_claims_identity ON metric_claims (object_id, key, dataset_id, principals, role) NULLS NOT DISTINCT;
CREATE INDEX metric_claims_model ON metric_claims (model_id, key, dataset_id);
