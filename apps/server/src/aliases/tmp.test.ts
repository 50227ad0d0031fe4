import { it } from 'vitest';
import { newModel } from '../testing/objects.ts';
import { startTestServer } from '../testing/test-server.ts';
it('x', async () => {
  const server = await startTestServer();
  let bad = 0;
  for (let round = 0; round < 40; round++) {
    if (round === 20) await server.db.pool.query('ANALYZE');
    const model = await newModel(server);
    await Promise.all(Array.from({ length: 8 }, (_, i) => server.api('POST', `/v1/models/${model.id}/versions`, { version: `v${i}`, files: [] })));
    const a = await Promise.all(Array.from({ length: 8 }, (_, i) => server.api('PUT', `/v1/models/${model.id}/aliases/prod`, { version: `v${i}` })));
    const { rows } = await server.db.pool.query('SELECT m.id, xmin, from_version f, to_version t, back_id b, request_id FROM alias_moves m WHERE model_id = $1 ORDER BY id', [model.id]);
    if (rows.some((r, i) => r.f !== (rows[i-1]?.t ?? null))) {
    bad++;
    console.log(round, a.map((x) => x.status).join(' '));
    console.log(rows.map((r) => `${r.id}/${r.xmin}: ${r.f}>${r.t} (${r.b})`).join('\n')); }
  }
  console.log('bad', bad);
  const c = await server.db.pool.connect();
  console.log((await c.query(`explain SELECT a.id AS "aliasId", v.id, v.version FROM aliases a JOIN versions v ON v.id = a.version_id
    WHERE a.model_id = gen_random_uuid() AND a.name = 'prod' FOR UPDATE OF a`)).rows.map((r) => r['QUERY PLAN']).join('\n'));
  c.release();
  await server.stop();
}, 60000);
