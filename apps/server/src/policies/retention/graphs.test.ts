import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { forgetRemoved } from '../../workers/retention.ts';
import { sweepBlobs } from '../../workers/store/blob-sweep.ts';
import { retain } from './run.ts';

/* Tests random graphs of versions, checkpoints, aliases, holds, lineage and shared content with random rules. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ blobGrace: 0 });
});
afterAll(() => server.stop());
const { ok, modelWith } = policyTests(() => server);

/** Values that no object in the graphs has. */
const MISSPELT = [
  "'kepe' IN tags",
  "createdBy = 'nobody'",
  "createdBy IN ('local', 'nobody')",
  "'keep' IN tags OR createdBy LIKE 'nob%'",
  "NOT (metadata.stage != 'prodution')",
];

const keep = fc.array(
  fc.oneof(
    fc.record({
      best: fc.integer({ min: 1, max: 2 }),
      metric: fc.constantFrom('m', 'm', 'm', 'typo'),
      direction: fc.constantFrom('max', 'min'),
    }),
    fc.record({ latest: fc.integer({ min: 1, max: 2 }) }),
    fc.constant({ filter: "'keep' IN tags" }),
    fc.constant({ filter: "createdBy != 'nobody' AND 'keep' IN tags" }),
    fc.record({ filter: fc.constantFrom(...MISSPELT) }),
    fc.record({ everyEpoch: fc.integer({ min: 2, max: 3 }) }),
  ),
  { minLength: 1, maxLength: 2 },
);

const graphs = fc.record({
  keep,
  remove: fc.constantFrom('files', 'object'),
  checkpoints: fc.array(
    fc.record({
      value: fc.option(fc.integer({ min: 0, max: 3 })),
      content: fc.option(fc.integer({ min: 0, max: 3 })),
      tags: fc.constantFrom([], ['keep']),
      isHeld: fc.boolean(),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  promoted: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
  versions: fc.array(
    fc.record({
      value: fc.option(fc.integer({ min: 0, max: 3 })),
      content: fc.option(fc.integer({ min: 0, max: 3 })),
      base: fc.option(fc.integer({ min: 0, max: 4 })),
      tags: fc.constantFrom([], ['keep']),
      alias: fc.constantFrom(null, null, 'prod', 'canary'),
      isHeld: fc.constantFrom(true, false, false),
    }),
    { minLength: 2, maxLength: 6 },
  ),
});

type Graph = typeof graphs extends fc.Arbitrary<infer T> ? T : never;

/** Builds the graph over HTTP, and returns its owners. */
async function build(graph: Graph) {
  const model = await modelWith({});
  const { namespace } = model;
  const contents = Array.from({ length: 4 }, () => randomBytes(100));
  // Some objects have no stored file, so `remove: "files"` does not change them.
  const upload = async (path: string, content: number | null) => {
    if (content !== null) await ok('PUT', `${path}/files/weights.bin`, contents[content] as Buffer);
    await ok('POST', `${path}/finalize`);
  };
  const run = await ok('POST', '/v1/experiments', { namespace, name: 'run' });
  const checkpoints: string[] = [];
  for (const [index, { value, content, tags, isHeld }] of graph.checkpoints.entries()) {
    const metrics = value === null ? {} : { m: value };
    const made = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: index, tags, metrics });
    await upload(`/v1/checkpoints/${made.id}`, content);
    if (isHeld) await ok('PUT', `/v1/checkpoints/${made.id}/hold`, { reason: 'held' });
    checkpoints.push(made.id);
  }
  const versions: string[] = [];
  for (const [index, place] of graph.promoted.entries()) {
    const id = checkpoints[place % checkpoints.length];
    const body = { model: model.id, version: `p${index}` };
    versions.push((await ok('POST', `/v1/checkpoints/${id}/promote`, body)).id);
  }
  for (const [index, { value, content, base, tags, alias, isHeld }] of graph.versions.entries()) {
    const version = base === null || versions.length === 0 ? undefined : versions[base % versions.length];
    const body = { version: `v${index}`, tags, metrics: value === null ? {} : { m: value } };
    const made = await ok('POST', `${model.url}/versions`, {
      ...body,
      ...(version ? { source: { version } } : {}),
    });
    await upload(`/v1/versions/${made.id}`, content);
    if (alias) await ok('PUT', `${model.url}/aliases/${alias}`, { version: made.id });
    if (isHeld) await ok('PUT', `/v1/versions/${made.id}/hold`, { reason: 'held' });
    versions.push(made.id);
  }
  const rule = { keep: graph.keep, remove: graph.remove, grace: 'PT0S' };
  await ok('PUT', `${model.url}/policy`, { retain: { versions: rule } });
  await ok('PUT', `/v1/namespaces/${namespace}/policy`, { retain: { checkpoints: rule } });
  const { rows } = await server.db.requests.query('SELECT id FROM namespaces WHERE path = $1', [namespace]);
  const place = { namespace, namespaceId: rows[0].id };
  return {
    model,
    namespace,
    objects: { versions, checkpoints },
    scopes: [
      { kind: 'model' as const, id: model.id, name: model.ref, ...place },
      { kind: 'namespace' as const, id: rows[0].id, name: namespace, ...place },
    ],
  };
}

/** Requires that the sentence of a previewed object agrees with its other fields. */
function demandAgreement(item: any, remove: Graph['remove']): void {
  const [, does, why = ''] = /^.+ (stays|goes|loses its stored files): (.+)\.$/.exec(item.words) ?? [];
  expect(does, item.words).toBe(
    item.remove ? (remove === 'files' ? 'loses its stored files' : 'goes') : 'stays',
  );
  const reasons = item.keptBy.length + item.protectedBy.length;
  if (reasons > 0) expect(why.split('; '), item.words).toHaveLength(reasons);
  else if (item.remove) expect(why).toBe('no clause keeps it');
  else expect([why, item.storedFiles]).toEqual(['it has no stored files that could go', 0]);
  expect(/keeps them all/.test(why)).toBe(item.undecided.length > 0);
  for (const { clause, missing } of item.undecided) {
    expect(item.keptBy).toContain(clause);
    expect(why).toContain(`has ${missing}, so ${clause} keeps them all`);
  }
}

/** Returns the state of an object: complete, without files, or gone. */
async function stateOf(kind: 'versions' | 'checkpoints', id: string): Promise<'whole' | 'bare' | 'gone'> {
  const { status, body } = await server.api('GET', `/v1/${kind}/${id}`);
  return status === 404 ? 'gone' : body.filesRemovedAt === null ? 'whole' : 'bare';
}

test('keeps protected and referenced objects, matches the preview, and removes nothing in a second run', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (graph) => {
      const { model, namespace, objects, scopes } = await build(graph);
      for (const [kind, decided, scope] of [
        // Checkpoints first, because versions protect their source checkpoints.
        ['checkpoints', `/v1/namespaces/${namespace}`, scopes[1]],
        ['versions', model.url, scopes[0]],
      ] as const) {
        const { retain: preview, warnings } = await ok('POST', `${decided}/policy/preview?limit=1000`);
        const total = await retain(server.ctx, scope as never);
        expect(total).toMatchObject({ removed: preview.removed, skipped: 0 });
        const gone = preview.items.filter((item: any) => item.remove);
        if (graph.keep.some((clause) => 'filter' in clause && MISSPELT.includes(clause.filter)))
          expect(gone).toEqual([]);
        expect(preview).toMatchObject({ seen: preview.items.length, removed: gone.length, truncated: false });
        expect(preview.freedBytes).toBeLessThanOrEqual(
          gone.reduce((sum: number, { bytes }: any) => sum + bytes, 0),
        );
        for (const item of preview.items) {
          demandAgreement(item, graph.remove);
          const after = item.remove ? (graph.remove === 'files' ? 'bare' : 'gone') : 'whole';
          expect(await stateOf(kind, item.id), item.words).toBe(after);
          if (item.protectedBy.length > 0) expect(item.remove).toBe(false);
        }
        const { items: decisions } = await ok('GET', `${decided}/decisions?kind=retain&limit=1000`);
        const removed = decisions.filter(({ outcome }: any) => outcome === 'removed');
        expect(removed.map(({ subject }: any) => subject.id).sort()).toEqual(
          gone.map(({ id }: any) => id).sort(),
        );
        // A decision has the same sentence as its preview.
        for (const { subject, words } of removed)
          expect(words).toBe(gone.find(({ id }: any) => id === subject.id).words);
        const kept = decisions.filter(({ outcome }: any) => outcome === 'kept');
        const missing = preview.items.flatMap(({ undecided }: any) => undecided);
        expect(kept.length > 0).toBe(missing.length > 0);
        expect(warnings.some(({ code }: any) => /^unknown_|^no_epoch$/.test(code))).toBe(missing.length > 0);
        // The preview covers every object.
        expect(preview.items.map(({ id }: any) => id).sort()).toEqual([...objects[kind]].sort());
      }
      // Holders, previous holders and objects on hold are complete.
      const { items: aliases } = await ok('GET', `${model.url}/aliases`);
      for (const { alias, versionId } of aliases) {
        expect(await stateOf('versions', versionId)).toBe('whole');
        const back = await server.api('POST', `${model.url}/aliases/${alias}/rollback`);
        expect([200, 409]).toContain(back.status);
        await ok('PUT', `${model.url}/aliases/${alias}`, { version: versionId });
      }
      for (const kind of ['versions', 'checkpoints'] as const) {
        for (const id of objects[kind]) {
          const { status, body } = await server.api('GET', `/v1/${kind}/${id}`);
          if (status === 200 && body.hold) expect(body.filesRemovedAt).toBe(null);
        }
      }
      for (const scope of scopes)
        expect(await retain(server.ctx, scope as never)).toMatchObject({ removed: 0 });
      // The content of complete objects can be read after the sweep.
      await forgetRemoved(server.ctx);
      for (let times = 0; times < 3; times++) {
        server.advance(1000);
        await sweepBlobs(server.ctx);
      }
      for (const kind of ['versions', 'checkpoints'] as const) {
        for (const id of objects[kind]) {
          if ((await stateOf(kind, id)) !== 'whole' || (await ok('GET', `/v1/${kind}/${id}`)).fileCount === 0)
            continue;
          expect((await server.api('GET', `/v1/${kind}/${id}/files/weights.bin`)).status).toBe(200);
        }
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
