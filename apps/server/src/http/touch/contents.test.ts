import { randomBytes } from 'node:crypto';
import type { Actor } from '@modelbox/domain';
import { type Permission, routes } from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName, newModel } from '../../../testing/objects.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Touched } from '../../protocol/located.ts';
import { touch } from './touch.ts';

/* Access to content by its hash. The test calls the touch itself with actors of different rights. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const actor = (...grants: [namespace: string, ...permissions: Permission[]][]): Actor => ({
  name: 'ann',
  grants: new Map(grants.map(([namespace, ...permissions]) => [namespace, new Set(permissions)])),
});

async function touched(by: Actor, hashes: string[], route: 'models.files.attach' | 'uploads.create') {
  const { contents, content } = routes[route].touches as Record<string, any>;
  const declared = contents ?? content;
  const body = contents ? { files: hashes.map((sha256) => ({ sha256 })) } : { sha256: hashes[0] };
  const found: Touched = {};
  await touch(
    { ...server.ctx, actor: by } as RequestContext,
    { declared },
    { input: { body }, touched: found },
  );
  return found['declared'] ?? [];
}
const refused = async (by: Actor, ...hashes: string[]) => {
  const problem: any = await touched(by, hashes, 'models.files.attach').catch((error: unknown) => error);
  return problem.toJSON('the request');
};

/** Stores content, by default unique content, in a new model of a namespace. */
async function stored(namespace: string, content = randomBytes(16)) {
  const model = await newModel(server, { namespace });
  const { body } = await server.api('PUT', `/v1/models/${model.id}/files/a`, content);
  return { model, content, sha256: body.sha256 as string };
}

describe('content by its hash', () => {
  it('is found if the caller may read a file with it in any namespace', async () => {
    const root = freshName('root');
    const { content, sha256 } = await stored(`${root}/hidden`);
    const readers = [actor([`${root}/open`, 'file.read']), actor([`${root}/open/deep`, 'file.read'])];
    for (const reader of readers) expect((await refused(reader, sha256)).status).toBe(404);
    const open = await stored(`${root}/open/deep`, content);
    for (const reader of readers)
      expect(await touched(reader, [sha256], 'models.files.attach')).toMatchObject([
        { kind: 'model', id: open.model.id, namespace: `${root}/open/deep`, mention: sha256 },
      ]);
  });

  it('is found once, however often the request names it', async () => {
    const { sha256 } = await stored(freshName('root'));
    const all = await touched({ name: 'local', grants: 'all' }, [sha256, sha256], 'models.files.attach');
    expect(all).toHaveLength(1);
  });

  it('404: unreadable content and unknown content get the same answer', async () => {
    const root = freshName('root');
    const { sha256 } = await stored(`${root}/hidden`);
    const unknown = 'f'.repeat(64);
    for (const by of [
      actor(),
      actor([`${root}/other`, 'file.read']),
      // A caller with rights on the version but not on its files, and similar ones.
      actor([root, 'model.read', 'file.write']),
      actor([`${root}/hid`, 'file.read']),
      actor([`${root}/hidden/below`, 'file.read']),
    ]) {
      const answer = await refused(by, sha256);
      expect(answer).toEqual(await refused(by, unknown));
      expect(answer).toMatchObject({ status: 404, errors: [{ pointer: '/files/0/sha256' }] });
      expect((await refused(by, sha256, unknown)).errors).toHaveLength(2);
    }
  });

  it('404: only a deleted object of a readable namespace has it', async () => {
    const root = freshName('root');
    const reader = actor([`${root}/open`, 'file.read']);
    const { content, sha256 } = await stored(`${root}/hidden`);
    const open = await stored(`${root}/open`, content);
    expect(await touched(reader, [sha256], 'models.files.attach')).toHaveLength(1);
    await server.api('DELETE', `/v1/models/${open.model.id}`);
    expect((await refused(reader, sha256)).status).toBe(404);
    // Another object of the namespace is still alive.
    await stored(`${root}/open`, content);
    expect(await touched(reader, [sha256], 'models.files.attach')).toHaveLength(1);
  });

  it('ignores unknown and hidden content if the touch is optional', async () => {
    const root = freshName('root');
    const { sha256, model } = await stored(`${root}/open`);
    const hidden = await stored(`${root}/hidden`);
    const reader = actor([`${root}/open`, 'file.read']);
    expect(await touched(reader, [hidden.sha256], 'uploads.create')).toEqual([]);
    expect(await touched(reader, ['f'.repeat(64)], 'uploads.create')).toEqual([]);
    expect(await touched(reader, [sha256], 'uploads.create')).toMatchObject([{ id: model.id }]);
  });
});

describe('a conditional touch', () => {
  const declared = routes['namespaces.update'].touches.quota;
  const ask = async (by: Actor, namespace: string, body: object) => {
    const found: Touched = {};
    const input = { params: { namespace }, body };
    await touch(
      { ...server.ctx, actor: by } as RequestContext,
      { quota: declared },
      { input, touched: found },
    );
    return found['quota'];
  };

  it('403: a change of the quota, or its removal, without the permission', async () => {
    const { namespace } = await newModel(server, { namespace: freshName('root') });
    const writer = actor([namespace, 'namespace.read', 'namespace.write']);
    expect(await ask(writer, namespace, { description: 'ours' })).toEqual([]);
    for (const quotaBytes of [0, 5, null])
      await expect(ask(writer, namespace, { quotaBytes })).rejects.toMatchObject({ code: 'forbidden' });
    const owner = actor([namespace, 'namespace.quota']);
    expect(await ask(owner, namespace, { quotaBytes: null })).toMatchObject([{ namespace }]);
  });
});
