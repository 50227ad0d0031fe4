import { createHash } from 'node:crypto';
import { onDatabase } from './databases.ts';

/** Namespaces, callers, and roles of each caller besides the role on `ai`. */
export const NAMESPACES = 1000;
export const CALLERS = 10_000;
const ROLES_EACH = 10;

export const secretOf = (caller: number): string => `mb_${String(caller).padStart(43, 'x')}`;
export const wideSecret = secretOf(CALLERS);

/** Creates the namespaces with a model each, and the callers with a token each and roles on some namespaces. */
export const makeCallers = (url: string): Promise<void> =>
  onDatabase(url, async (client) => {
    await client.query(
      `INSERT INTO models (id, namespace_id, name, metadata, tags, created_by, created_at, updated_at)
       SELECT uuid_v7(now()), ensure_namespace('teams/' || md5(n::text) || '/models', '{"actor": "bench"}', now()),
              'model', '{}', '{}', 'bench', now(), now()
       FROM generate_series(1, $1::int) AS n`,
      [NAMESPACES],
    );
    const hashes = Array.from({ length: CALLERS + 1 }, (_, caller) =>
      createHash('sha256').update(secretOf(caller)).digest(),
    );
    await client.query(
      `INSERT INTO tokens (id, hash, name, principal, administrator, created_by, created_at)
       SELECT uuid_v7(now()), hash, 'bench', 'user:' || n - 1, false, 'bench', now()
       FROM unnest($1::bytea[]) WITH ORDINALITY AS h (hash, n)`,
      [hashes],
    );
    await client.query(
      `WITH teams AS (
         SELECT id, row_number() OVER (ORDER BY path) - 1 AS place FROM namespaces WHERE path LIKE 'teams/%/models'
       ), held AS (
         SELECT id AS namespace_id, caller FROM generate_series(0, $1::int - 1) AS caller
         JOIN generate_series(0, $2::int - 1) AS nth ON true
         JOIN teams ON place = (caller + nth * 97) % $3::int
         UNION ALL SELECT id, $1::int FROM teams
         UNION ALL SELECT n.id, caller FROM generate_series(0, $1::int) AS caller JOIN namespaces n ON n.path = 'ai'
       )
       INSERT INTO grants (id, namespace_id, principal, role, created_by, created_at)
       SELECT gen_random_uuid(), namespace_id, 'user:' || caller, 'contributor', 'bench', now() FROM held`,
      [CALLERS, ROLES_EACH, NAMESPACES],
    );
    await client.query('VACUUM (ANALYZE)');
  });
