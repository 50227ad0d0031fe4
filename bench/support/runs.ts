import { onDatabase } from './databases.ts';

export const makeRuns = (url: string, count: number): Promise<string[]> =>
  onDatabase(url, async (client) => {
    const by = JSON.stringify({ actor: 'bench' });
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO experiments (id, namespace_id, name, status, created_by, created_at, updated_at)
       SELECT uuid_v7(now()), ensure_namespace('ai/vision', $1, now()), 'run-' || n, 'running', 'bench', now(), now()
       FROM generate_series(1, $2) AS n RETURNING id`,
      [by, count],
    );
    // The comparison must not include these rows.
    await client.query(
      'ALTER TABLE changes DISABLE TRIGGER USER; TRUNCATE changes; ALTER TABLE changes ENABLE TRIGGER USER',
    );
    return rows.map(({ id }) => id);
  });
