import { it } from 'vitest';
import { newModel } from '../testing/objects.ts';
import { startTestServer } from '../testing/test-server.ts';
it('x', async () => {
  const server = await startTestServer();
  const g: any[] = [];
  let round = 0;
  const orig = (server.db.pool as any).connect.bind(server.db.pool);
  const { Client } = await import('pg').then((m: any) => m.default ?? m);
  const q = Client.prototype.query;
  Client.prototype.query = function (...a: any[]) {
    const t = typeof a[0] === 'string' ? a[0] : a[0]?.text;
    const pid = this.processID;
    const start = g.length;
    if (t) g.push(`${pid} > ${String(t).replace(/\s+/g, ' ').slice(0, 150)} ${JSON.stringify(a[0]?.values ?? a[1])?.slice(0, 120)}`);
    const r = q.apply(this, a);
    if (t && r?.then) r.then((x: any) => g.push(`${pid} <   ${x?.command} ${x?.rowCount} ${JSON.stringify(x?.rows)?.slice(0, 120)}`), (e: any) => g.push(`${pid} ! ${e.message}`));
    return r;
  };
  for (round = 0; round < 40; round++) {
    const model = await newModel(server);
    await Promise.all(Array.from({ length: 8 }, (_, i) => server.api('POST', `/v1/models/${model.id}/versions`, { version: `v${i}`, files: [] })));
    g.length = 0;
    const a = await Promise.all(Array.from({ length: 8 }, (_, i) => server.api('PUT', `/v1/models/${model.id}/aliases/prod`, { version: `v${i}` })));
    const log = [...g];
    const { rows } = await server.db.pool.query('SELECT m.id, xmin, from_version f, to_version t, back_id b, request_id FROM alias_moves m WHERE model_id = $1 ORDER BY id', [model.id]);
    if (rows.some((r, i) => r.f !== (rows[i-1]?.t ?? null))) {
    console.log(rows.map((r) => `${r.id}/${r.xmin}: ${r.f}>${r.t} (${r.b})`).join('\n'));
    console.log(log.join('\n'));
    break;
    }
  }
  await server.stop();
}, 60000);
