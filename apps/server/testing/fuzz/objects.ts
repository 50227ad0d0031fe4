import { REFS } from '@modelbox/schema';
import { policyTests } from '../policies.ts';
import { SAMPLES, type SampledKind } from '../samples.ts';
import type { TestServer } from '../test-server.ts';
import { complete, putPart } from '../uploads.ts';
import { STORED } from './values.ts';

/** Names and ids of objects on the server, for the placeholders of requests. */
export type Objects = Record<string, { readonly id: string; readonly name: string }[]>;

const COUNT = 8;

/** Creates a few objects of every kind, in every state. */
export async function createObjects(server: TestServer): Promise<Objects> {
  const objects: Objects = Object.fromEntries(
    [...Object.keys(REFS), 'place', 'token'].map((kind) => [kind, []]),
  );
  const put = (kind: string, id: string, name: string) => objects[kind]!.push({ id, name });
  const post = async (path: string, body: unknown) => {
    const answer = await server.api('POST', path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (let index = 0; index < COUNT; index++) {
    const namespace = `fuzz/${index % 2 === 0 ? 'even' : 'odd'}`;
    const made: Record<string, { id: string }> = {};
    for (const [kind, { path, name, fields }] of Object.entries(SAMPLES)) {
      const object = await post(path, { namespace, name: `${name}${index}`, ...fields });
      put(kind, object.id, `${namespace}/${name}${index}`);
      made[kind] = object;
    }
    const { model, experiment: run } = made as Record<SampledKind, { id: string }>;
    for (const version of ['v1', 'v2', 'v3', 'v4', 'v5']) {
      const isReady = version < 'v3';
      const body = {
        version,
        metrics: { acc: index / 10 },
        ...(isReady ? { files: ['s3://b/t.pt'], datasets: ['coco'] } : {}),
      };
      const { id } = await post(`/v1/models/${model.id}/versions`, body);
      put('version', id, `${namespace}/m${index}:${version}`);
      if (isReady) await server.api('PUT', `/v1/models/${model.id}/aliases/prod`, { version: id });
    }
    for (const epoch of [1, 2, 3, 4, 5]) {
      const checkpoint = await post(`/v1/experiments/${run.id}/checkpoints`, {
        epoch,
        metrics: [{ key: 'acc', value: epoch, dataset: 'coco' }],
        ...(epoch < 3 ? { status: 'ready' } : {}),
      });
      put('checkpoint', checkpoint.id, checkpoint.id);
    }
    put('namespace', namespace, namespace);
    for (const path of [`models/${model.id}`, `experiments/${run.id}`]) {
      await server.api('PUT', `/v1/${path}/files/stored/file.bin`, Buffer.from(STORED));
      await server.api('POST', `/v1/${path}/files`, { files: ['s3://b/tracked.pt'] });
    }
    for (const owner of [{ model: model.id }, { experiment: run.id }]) {
      // `begun`: no part arrived. `sent`: all parts arrived. `done`: completed.
      for (const state of ['begun', 'sent', 'done']) {
        const content = Buffer.from(STORED);
        const upload = await post('/v1/uploads', {
          ...owner,
          path: `${state}.bin`,
          sizeBytes: content.length,
        });
        if (state !== 'begun') await putPart(server, upload, 1, content);
        if (state === 'done') await complete(server, upload);
        put('upload', upload.id, upload.id);
      }
    }
  }
  for (const [index, { id, name }] of [...objects['version']!, ...objects['checkpoint']!].entries()) {
    const path = `/v1/${name === id ? 'checkpoints' : 'versions'}/${id}`;
    await server.api('PUT', `${path}/files/stored/file.bin`, Buffer.from(STORED));
    // Finalizes a tenth of them; requests of the run can finalize the others.
    if (index % 10 === 4) await server.api('POST', `${path}/finalize`);
  }
  for (let index = 0; index < COUNT; index++) {
    const path = `empty-${index}`;
    await server.db.prisma
      .$queryRaw`SELECT ensure_namespace(${path}, '{"actor": "local"}'::jsonb, now())::text`;
    put('place', path, path);
  }
  // Creates rules that propose, and their proposals.
  for (const [index, { id }] of objects['model']!.entries()) {
    if (index % 2 > 0) continue;
    const rule = { name: 'gold', tag: 'gold', metric: 'acc', direction: 'max', than: -1, mode: 'propose' };
    await server.api('PUT', `/v1/models/${id}/policy`, { label: [rule] });
  }
  for (const owner of [...objects['model']!.map(({ id }) => `models/${id}`), 'namespaces/fuzz'])
    await server.api('PUT', `/v1/${owner}/protected-aliases/guarded`, { by: 'rule' });
  await policyTests(() => server).decideAll();
  const { rows } = await server.db.requests.query<{ id: string }>('SELECT id FROM proposals ORDER BY id');
  for (const { id } of rows) put('proposal', id, id);
  for (const name of ['user:ann', 'service:trainer', 'group:ml']) {
    await server.api('PUT', `/v1/namespaces/fuzz/grants/${name}`, { role: 'viewer' });
    if (name.startsWith('group:')) continue;
    const token = await post('/v1/tokens', { name: 'fuzz', principal: name });
    put('token', token.id, token.id);
  }
  objects['principal'] = ['user:ann', 'service:trainer', 'group:ml'].map((name) => ({ id: name, name }));
  objects['place']!.push({ id: 'fuzz', name: 'fuzz' });
  objects['place']!.push(...objects['namespace']!);
  const paths = ['stored/file.bin', 'new/file.bin', 'stored/file.bin', 'tracked.pt'];
  objects['file'] = paths.map((name) => ({ id: name, name }));
  objects['alias'] = ['prod', 'prod', 'champion', 'guarded'].map((name) => ({ id: name, name }));
  objects['reference'] = [
    ...objects['version']!,
    ...objects['model']!.map(({ name }) => ({ id: `${name}@prod`, name: `${name}@prod` })),
  ];
  return objects;
}

export const fillIn = (text: string, objects: Objects): string =>
  text.replace(/§(\w+):(\d+):(id|name)§/g, (_, kind: string, index: string, form: 'id' | 'name') => {
    const known = objects[kind]!;
    return known[Number(index) % known.length]![form];
  });
