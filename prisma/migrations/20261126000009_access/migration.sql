-- Who may do what.

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
  created_at    timestamptz(3) NOT NULL
);
CREATE INDEX tokens_principal ON tokens (principal, id DESC);

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
