import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newCheckpoint, newExperiment, newModel } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const versionOf = async (model: { id: string }, body: object): Promise<any> => {
  const { status, body: made } = await server.api('POST', `/v1/models/${model.id}/versions`, {
    version: freshName('v'),
    files: [],
    ...body,
  });
  expect(status, JSON.stringify(made)).toBe(201);
  return made;
};
const read = async (id: string, query = '') =>
  (await server.api('GET', `/v1/versions/${id}/lineage${query}`)).body;

/** Describes edges by the names of their nodes. */
function worded({ nodes, edges }: any): string[] {
  const nameOf = new Map<string, string>(nodes.map((node: any) => [node.id, `${node.kind} ${node.name}`]));
  return edges.map((edge: any) => `${nameOf.get(edge.from)} ${edge.relation} ${nameOf.get(edge.to)}`).sort();
}

describe('GET /v1/versions/{version}/lineage', () => {
  it('returns datasets, experiment, checkpoint and base version, and derived versions', async () => {
    const namespace = 'line';
    const model = await newModel(server, { namespace, name: 'm' });
    const run = await newExperiment(server, { namespace, name: 'run' });
    const checkpoint = await newCheckpoint(server, { epoch: 3, step: 40, files: [] }, run);
    const base = await versionOf(model, { version: 'base', source: { experiment: run.id } });
    const middle = await versionOf(model, {
      version: 'mid',
      source: { version: 'base', checkpoint: checkpoint.id },
      datasets: [{ name: 'train', digest: 'd1' }],
      metrics: [
        { key: 'acc', value: 1, dataset: { name: 'other/val', digest: 'd2' } },
        { key: 'loss', value: 1, dataset: { name: 'other/val', digest: 'd2' } },
      ],
    });
    const leaf = await versionOf(model, { version: 'leaf', source: { version: 'mid' } });
    const whole = [
      'checkpoint line/run epoch 3 step 40 promoted_from version line/m:mid',
      'dataset line/train trained_on version line/m:mid',
      'dataset other/val evaluated_on version line/m:mid',
      'experiment line/run trained_by version line/m:base',
      'experiment line/run written_by checkpoint line/run epoch 3 step 40',
      'version line/m:base based_on version line/m:mid',
      'version line/m:mid based_on version line/m:leaf',
    ];
    for (const { id } of [base, middle, leaf]) {
      const lineage = await read(id);
      expect(worded(lineage)).toEqual(whole);
      expect(lineage.nodes).toHaveLength(7);
      expect(lineage.truncated).toBe(false);
      const digests = lineage.edges.map((edge: any) => [edge.relation, edge.digest]);
      expect(digests).toContainEqual(['trained_on', 'd1']);
      expect(digests).toContainEqual(['evaluated_on', 'd2']);
    }
  });

  it('returns one node for a version without relations', async () => {
    const alone = await versionOf(await newModel(server), {});
    const lineage = await read(alone.id);
    expect(lineage).toMatchObject({ nodes: [{ id: alone.id, kind: 'version', deletedAt: null }], edges: [] });
  });

  it('limits the steps, and says if there are more', async () => {
    const model = await newModel(server);
    const chain: any[] = [];
    for (let i = 0; i < 6; i++)
      chain.push(
        await versionOf(model, i === 0 ? {} : { source: { version: chain[i - 1].version as string } }),
      );
    const middle = chain[3].id;
    const near = await read(middle, '?depth=1');
    expect(near.edges).toHaveLength(2);
    expect(near.nodes).toHaveLength(3);
    expect(near.truncated).toBe(true);
    expect((await read(middle, '?depth=2')).nodes).toHaveLength(5);
    const all = await read(middle);
    expect([all.nodes.length, all.edges.length, all.truncated]).toEqual([6, 5, false]);
    for (const query of ['?depth=0', '?depth=33', '?depth=x'])
      expect((await server.api('GET', `/v1/versions/${middle}/lineage${query}`)).status).toBe(422);
  });

  it('shows deleted objects as deleted', async () => {
    const model = await newModel(server);
    const base = await versionOf(model, {});
    const leaf = await versionOf(model, { source: { version: base.version } });
    await server.api('DELETE', `/v1/versions/${base.id}`);
    const { nodes } = await read(leaf.id);
    expect(nodes.find((node: any) => node.id === base.id).deletedAt).toMatch(/Z$/);
    expect((await server.api('GET', `/v1/versions/${base.id}/lineage`)).status).toBe(404);
  });
});
