import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../testing/index.ts';
import { defaultMigrationsDirectory, readMigrations } from './files.ts';
import { migrate } from './migrate.ts';

/* Migrations that fill in columns, run on a database that is in use. */

let database: TestDatabase;
let pool: pg.Pool;
let directory: string;
beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  pool = new pg.Pool({ connectionString: database.url });
  directory = mkdtempSync(join(tmpdir(), 'modelbox-migrations-'));
});
afterEach(async () => {
  await pool.end();
  await database.drop();
  rmSync(directory, { recursive: true });
});

/** Brings the database to where it was before a migration. */
async function migrateUpTo(name: string): Promise<void> {
  for (const { name: each } of await readMigrations())
    if (each < name)
      cpSync(join(defaultMigrationsDirectory, each), join(directory, each), { recursive: true });
  await migrate({ url: database.url, directory });
}

test('quotas: stored files and uploads get the namespace of their object, tracked files none', async () => {
  await migrateUpTo('20261125000007_quotas');
  await pool.query(`
    CREATE FUNCTION pg_temp.id(n bigint) RETURNS uuid LANGUAGE sql AS
      $$ SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid $$;
    INSERT INTO namespaces (id, path, created_by, created_at, updated_at)
      SELECT pg_temp.id(n), 'n' || n, 'x', now(), now() FROM generate_series(1, 2) n;
    INSERT INTO models (id, namespace_id, name, created_by, created_at, updated_at, deleted_at)
      VALUES (pg_temp.id(11), pg_temp.id(1), 'm', 'x', now(), now(), now());
    INSERT INTO versions (id, model_id, version, status, create_hash, created_by, created_at, updated_at)
      VALUES (pg_temp.id(12), pg_temp.id(11), 'v', 'ready', '', 'x', now(), now());
    INSERT INTO experiments (id, namespace_id, name, status, created_by, created_at, updated_at)
      VALUES (pg_temp.id(13), pg_temp.id(2), 'e', 'running', 'x', now(), now());
    INSERT INTO checkpoints (id, experiment_id, epoch, status, create_hash, created_by, created_at, updated_at)
      VALUES (pg_temp.id(14), pg_temp.id(13), 1, 'ready', '', 'x', now(), now());
    INSERT INTO blobs (id, sha256, key, size_bytes, created_at) VALUES (pg_temp.id(21), 's', 'k', 5, now());
    INSERT INTO files (id, object_kind, object_id, path, role, size_bytes, sha256, state, blob_id, created_by, created_at)
      SELECT pg_temp.id(30 + n), kind, pg_temp.id(10 + n), 'stored', 'other', 5, 's', 'verified', pg_temp.id(21), 'x', now()
      FROM unnest(ARRAY['model', 'version', 'experiment', 'checkpoint']) WITH ORDINALITY AS k (kind, n);
    INSERT INTO files (id, object_kind, object_id, path, role, uri, state, created_by, created_at)
      VALUES (pg_temp.id(40), 'model', pg_temp.id(11), 'tracked', 'other', 's3://b/x', 'tracked', 'x', now());
    INSERT INTO uploads (id, object_kind, object_id, path, role, size_bytes, part_size_bytes, key, token, state,
                         created_by, created_at, updated_at, expires_at)
      VALUES (pg_temp.id(50), 'checkpoint', pg_temp.id(14), 'p', 'other', 7, 7, 'u', '', 'open', 'x', now(), now(), now());`);
  expect(await migrate({ url: database.url })).toContain('20261125000007_quotas');
  const { rows } = await pool.query(
    `SELECT f.object_kind AS kind, f.path, n.path AS namespace FROM files f LEFT JOIN namespaces n ON n.id = f.namespace_id
     UNION ALL SELECT u.object_kind, u.path, n.path FROM uploads u LEFT JOIN namespaces n ON n.id = u.namespace_id
     ORDER BY 2, 1`,
  );
  expect(rows).toEqual([
    { kind: 'checkpoint', path: 'p', namespace: 'n2' },
    { kind: 'checkpoint', path: 'stored', namespace: 'n2' },
    { kind: 'experiment', path: 'stored', namespace: 'n2' },
    { kind: 'model', path: 'stored', namespace: 'n1' },
    { kind: 'version', path: 'stored', namespace: 'n1' },
    { kind: 'model', path: 'tracked', namespace: null },
  ]);
  const usage = 'SELECT files, contents, used, uploading FROM namespace_usage($1)';
  expect((await pool.query(usage, ['n1'])).rows).toEqual([
    { files: '2', contents: '1', used: '5', uploading: '0' },
  ]);
  expect((await pool.query(usage, ['n2'])).rows).toEqual([
    { files: '2', contents: '1', used: '5', uploading: '7' },
  ]);
});

test('every database has an id of its own, and one', async () => {
  await migrate({ url: database.url });
  const insert = pool.query('INSERT INTO database_identity DEFAULT VALUES');
  await expect(insert).rejects.toMatchObject({ code: '23505' });
  const other = await createTestDatabase({ empty: true });
  await migrate({ url: other.url });
  const there = new pg.Pool({ connectionString: other.url });
  const ids = await Promise.all(
    [pool, there].map(async (each) => (await each.query('SELECT id FROM database_identity')).rows[0].id),
  );
  expect(new Set(ids).size).toBe(2);
  await there.end();
  await other.drop();
});

test('idempotency receipts: keys of the last day are carried over, also for a server of the previous version', async () => {
  await migrateUpTo('20261201000070_idempotency_receipts');
  const claim = async (key: string) => {
    const text = `SELECT claim_idempotency_key(sha256($1::bytea), sha256('body'), now(), 201, 'model', uuid_nil()) AS is_new`;
    return (await pool.query(text, [key])).rows[0].is_new;
  };
  expect(await claim('before')).toBe(true);
  await migrate({ url: database.url });
  // The previous version passes whole hashes, and reads its own table.
  expect([await claim('before'), await claim('after'), await claim('after')]).toEqual([false, true, false]);
  expect((await pool.query('SELECT * FROM idempotency_keys')).rows).toEqual([]);
  await pool.query(
    `DELETE FROM idempotency_keys WHERE scope IN (SELECT scope FROM idempotency_keys LIMIT 10)`,
  );
  const { rows } = await pool.query(
    `SELECT claim_idempotency_key(encode(substring(sha256('before') FOR 16), 'hex')::uuid, 0, now()) AS is_new`,
  );
  expect(rows).toEqual([{ is_new: false }]);
  const stored = await pool.query(
    `SELECT status, object_kind AS kind, body_hash = ('x' || left(encode(sha256('body'), 'hex'), 16))::bit(64)::bigint AS same
     FROM idempotency_receipts`,
  );
  expect(stored.rows).toEqual(Array(2).fill({ status: 201, kind: 'model', same: true }));
});

test('created order: checkpoints and versions get their order of creation by their times, and later ones come after', async () => {
  await migrateUpTo('20261201000050_expand_created_order');
  await pool.query(`
    CREATE FUNCTION pg_temp.id(n bigint) RETURNS uuid LANGUAGE sql AS
      $$ SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid $$;
    INSERT INTO namespaces (id, path, created_by, created_at, updated_at) VALUES (pg_temp.id(1), 'n', 'x', now(), now());
    INSERT INTO models (id, namespace_id, name, created_by, created_at, updated_at)
      VALUES (pg_temp.id(2), pg_temp.id(1), 'm', 'x', now(), now());
    INSERT INTO experiments (id, namespace_id, name, status, created_by, created_at, updated_at)
      VALUES (pg_temp.id(3), pg_temp.id(1), 'e', 'running', 'x', now(), now());
    INSERT INTO checkpoints (id, experiment_id, epoch, status, create_hash, created_by, created_at, updated_at)
      SELECT pg_temp.id(10 + n), pg_temp.id(3), n, 'ready', '', 'x', now() - n * interval '1 hour', now()
      FROM generate_series(1, 3) AS n;
    INSERT INTO versions (id, model_id, version, status, create_hash, created_by, created_at, updated_at)
      SELECT pg_temp.id(20 + n), pg_temp.id(2), 'v' || n, 'ready', '', 'x', now(), now() FROM generate_series(1, 2) AS n;`);
  expect(await migrate({ url: database.url })).toContain('20261201000050_expand_created_order');
  await pool.query(`
    INSERT INTO checkpoints (id, experiment_id, epoch, status, create_hash, created_by, created_at, updated_at)
      SELECT ('00000000-0000-0000-0000-00000000009' || n)::uuid, id, 90 + n, 'ready', '', 'x', now() - n * interval '1 day', now()
      FROM experiments, generate_series(1, 2) AS n`);
  const { rows } = await pool.query(
    'SELECT array_agg(epoch::int ORDER BY created_order) AS epochs FROM checkpoints',
  );
  expect(rows[0].epochs).toEqual([3, 2, 1, 91, 92]);
  const versions = await pool.query(
    'SELECT array_agg(version ORDER BY created_order) AS names FROM versions',
  );
  expect(versions.rows[0].names).toEqual(['v1', 'v2']);
});

test('NFC: tags, metric keys and policies are normalized; two spellings of a tag merge, and no series is lost', async () => {
  await migrateUpTo('20261201000040_expand_nfc');
  const rule = {
    tag: 'a\u0308',
    metric: 'o\u0308',
    dataset: 'n/a\u0308',
    filter: `metadata."metric": "a\u0308"`,
  };
  await pool.query(`
    CREATE FUNCTION pg_temp.id(n bigint) RETURNS uuid LANGUAGE sql AS
      $$ SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid $$;
    CREATE FUNCTION pg_temp.tags() RETURNS text[] LANGUAGE sql AS
      $$ SELECT ARRAY[U&'a\\0308', 'ä', 'z', U&'o\\0308'] $$;
    INSERT INTO namespaces (id, path, created_by, created_at, updated_at) VALUES (pg_temp.id(1), 'n', 'x', now(), now());
    INSERT INTO models (id, namespace_id, name, tags, created_by, created_at, updated_at)
      VALUES (pg_temp.id(2), pg_temp.id(1), 'm', pg_temp.tags(), 'x', now(), now()),
             (pg_temp.id(3), pg_temp.id(1), 'p', '{z,a}', 'x', now(), now());
    INSERT INTO versions (id, model_id, version, tags, status, create_hash, created_by, created_at, updated_at)
      VALUES (pg_temp.id(4), pg_temp.id(2), 'v', pg_temp.tags(), 'ready', '', 'x', now(), now());
    INSERT INTO experiments (id, namespace_id, name, tags, status, created_by, created_at, updated_at)
      VALUES (pg_temp.id(5), pg_temp.id(1), 'e', pg_temp.tags(), 'running', 'x', now(), now());
    INSERT INTO checkpoints (id, experiment_id, epoch, tags, status, create_hash, created_by, created_at, updated_at)
      VALUES (pg_temp.id(6), pg_temp.id(5), 1, pg_temp.tags(), 'ready', '', 'x', now(), now());
    INSERT INTO metric_series (object_kind, object_id, scope_id, key, value)
      SELECT 'version', pg_temp.id(4), pg_temp.id(2), key, n FROM unnest(pg_temp.tags()) WITH ORDINALITY AS t (key, n);
    INSERT INTO policies (id, owner_kind, owner_id, edit, edited_by, edited_at, document)
      VALUES (pg_temp.id(7), 'model', pg_temp.id(2), 1, 'x', now(), '${JSON.stringify({ label: [rule] })}')`);
  expect(await migrate({ url: database.url })).toContain('20261201000040_expand_nfc');
  const { rows } = await pool.query(`
    SELECT tags FROM models UNION ALL SELECT tags FROM versions UNION ALL SELECT tags FROM experiments
    UNION ALL SELECT tags FROM checkpoints`);
  const normalized = ['z', 'ä', 'ö'];
  const tags = rows.map((row) => row.tags);
  expect(tags).toHaveLength(5);
  expect(tags).toEqual(expect.arrayContaining([['z', 'a'], normalized]));
  expect(tags.filter(([first, second]) => first === 'z' && second === 'ä')).toEqual(
    Array(4).fill(normalized),
  );
  // Both spellings of the first key have a series, so the decomposed one keeps its key.
  const series = await pool.query('SELECT array_agg(key ORDER BY value) AS keys FROM metric_series');
  expect(series.rows[0].keys).toEqual(['a\u0308', 'ä', 'z', 'ö']);
  const policies = await pool.query('SELECT document FROM policies');
  expect(policies.rows[0].document.label).toEqual([{ ...rule, tag: 'ä', metric: 'ö', dataset: 'n/ä' }]);
});

test('token tree: tokens get the living token that made them and its expiry; nobody is locked out', async () => {
  await migrateUpTo('20261202000160_expand_token_tree');
  await pool.query(`
    CREATE FUNCTION pg_temp.id(n bigint) RETURNS uuid LANGUAGE sql AS
      $$ SELECT ('00000000-0000-0000-0000-' || lpad(n::text, 12, '0'))::uuid $$;
    INSERT INTO tokens (id, hash, name, principal, administrator, created_by, created_at, expires_at, revoked_at)
      SELECT pg_temp.id(n), n::text::bytea, name, 'user:a', true, by, now(), expires_at, revoked_at FROM (VALUES
        (1, 'bootstrap', 'modelbox', NULL::timestamptz, NULL::timestamptz),
        (2, 'laptop', 'user:a', '2099-01-01', NULL),
        (3, 'child', 'user:a', NULL, NULL),
        (4, 'grandchild', 'user:a', '2100-01-01', NULL),
        (5, 'revoked', 'user:a', NULL, now()),
        (6, 'outlived', 'user:a', NULL, NULL)) AS t (n, name, by, expires_at, revoked_at);
    SELECT record_change('token', pg_temp.id(child), '', 'created', NULL, NULL, NULL,
        jsonb_build_object('actor', 'user:a', 'tokenId', pg_temp.id(parent)), now())
      FROM (VALUES (2, 1), (3, 2), (4, 3), (5, 2), (6, 5)) AS made (child, parent)`);
  await migrate({ url: database.url });
  const { rows } = await pool.query(`
    SELECT t.name, p.name AS parent, extract(year FROM t.expires_at AT TIME ZONE 'UTC')::int AS ends
    FROM tokens t LEFT JOIN tokens p ON p.id = t.parent_id ORDER BY t.id`);
  expect(rows).toEqual([
    { name: 'bootstrap', parent: null, ends: null },
    { name: 'laptop', parent: null, ends: 2099 },
    { name: 'child', parent: 'laptop', ends: 2099 },
    { name: 'grandchild', parent: 'child', ends: 2099 },
    { name: 'revoked', parent: null, ends: null },
    { name: 'outlived', parent: null, ends: null },
  ]);
});
