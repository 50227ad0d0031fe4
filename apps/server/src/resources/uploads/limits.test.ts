import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { atOnce, statusesOf } from '../../../testing/races.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf } from '../../../testing/tokens.ts';
import type { Settings } from '../../protocol/settings.ts';

const GiB = 2 ** 30;
let callers: Callers;

/** Starts a server with these settings for the tests of a block. */
function serving(settings: Partial<Settings>): void {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ auth: 'tokens', ...settings });
    callers = await callersOf(server);
  });
  afterAll(() => server?.stop());
}

/** Makes a model in a namespace below a new root. */
async function modelBelow(root = freshName('root')) {
  const namespace = `${root}/${freshName('team')}`;
  const { id } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  return { root, namespace, id };
}

const begin = (by: Pick<Caller, 'api'>, model: { id: string }, sizeBytes = 100, path = freshName('file')) =>
  by.api('POST', '/v1/uploads', { model: model.id, path, sizeBytes });

describe('open uploads of a caller', () => {
  serving({ maxOpenUploads: 2 });

  it('are 409 limit_reached above MODELBOX_MAX_OPEN_UPLOADS, until one of them ends', async () => {
    const [a, b] = [await modelBelow(), await modelBelow()];
    const ann = await callers.user({ [a.namespace]: 'contributor', [b.namespace]: 'contributor' });
    const first = await begin(ann, a);
    expect([first.status, (await begin(ann, b)).status]).toEqual([201, 201]);
    const refused = await begin(ann, a);
    expect(refused.body).toMatchObject({ status: 409, code: 'limit_reached' });
    expect(refused.body.detail).toMatch(
      new RegExp(
        `^${ann.name} has 2 open uploads, and MODELBOX_MAX_OPEN_UPLOADS allows no more\\. Complete some with`,
      ),
    );
    const bob = await callers.user({ [a.namespace]: 'contributor' });
    expect((await begin(bob, a)).status).toBe(201);
    expect((await ann.api('DELETE', `/v1/uploads/${first.body.id}`)).status).toBe(204);
    expect((await begin(ann, a)).status).toBe(201);
  });

  it('never exceed the limit with concurrent creates', async () => {
    const models = await Promise.all(Array.from({ length: 4 }, () => modelBelow()));
    const ann = await callers.user(
      Object.fromEntries(models.map(({ namespace }) => [namespace, 'contributor'])),
    );
    const answers = await atOnce(8, (n) => begin(ann, models[n % 4] as { id: string }));
    expect(statusesOf(answers)).toEqual([201, 201, 409, 409, 409, 409, 409, 409]);
  });
});

describe('open uploads of a namespace', () => {
  serving({ maxOpenUploadsNamespace: 2 });

  it('are 409 above MODELBOX_MAX_OPEN_UPLOADS_NAMESPACE, counted below the root for all callers', async () => {
    const a = await modelBelow();
    const b = await modelBelow(a.root);
    const answers = await atOnce(5, async (n) =>
      begin(await callers.user({ [a.root]: 'contributor' }), n % 2 ? a : b),
    );
    expect(statusesOf(answers)).toEqual([201, 201, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'limit_reached' });
    expect(refused?.body.detail).toContain(
      `The namespace ${a.root} and those below it have 2 open uploads, and MODELBOX_MAX_OPEN_UPLOADS_NAMESPACE allows`,
    );
    const elsewhere = await modelBelow();
    const other = await callers.user({ [elsewhere.root]: 'contributor' });
    expect((await begin(other, elsewhere)).status).toBe(201);
  });
});

describe('the share of a quota that open uploads of a caller reserve', () => {
  serving({ maxFileSize: 1000 * GiB });

  async function quota(quotaBytes: number) {
    const model = await modelBelow();
    await callers.ok('PATCH', `/v1/namespaces/${model.root}`, { quotaBytes });
    return model;
  }

  it('is 413 above half of the quota of a namespace above, so that others keep room', async () => {
    const model = await quota(100 * GiB);
    const ann = await callers.user({ [model.namespace]: 'contributor' });
    const whole = await begin(ann, model, 100 * GiB);
    expect(whole.body).toMatchObject({ status: 413, code: 'quota_exceeded' });
    expect(whole.body.detail).toMatch(
      new RegExp(
        `^With this upload, your open uploads would reserve too much of the quota of the namespace ${model.root}\\.`,
      ),
    );
    expect(whole.body.detail).toContain('may reserve 50 percent of a quota (MODELBOX_UPLOAD_QUOTA_SHARE)');
    const half = await begin(ann, model, 50 * GiB);
    expect(half.status).toBe(201);
    expect((await begin(ann, model, 1)).status).toBe(413);
    const bob = await callers.user({ [model.root]: 'contributor' });
    const { body } = await begin(bob, model, 51 * GiB);
    expect(body.detail).toMatch(
      /quota of 107374182400 bytes\. 53687091200 bytes are used or reserved by uploads/,
    );
    expect((await begin(bob, model, 50 * GiB)).status).toBe(201);
    expect((await ann.api('DELETE', `/v1/uploads/${half.body.id}`)).status).toBe(204);
    expect((await begin(ann, model, 20 * GiB)).status).toBe(201);
  });

  it('is shown to callers who may read the namespace, and does not bind callers who may set the quota', async () => {
    const model = await quota(1000);
    const bob = await callers.user({ [model.root]: 'contributor' });
    expect((await begin(bob, model, 600)).body.detail).toMatch(
      /would reserve 600 of the 1000 bytes in the quota/,
    );
    const admin = await callers.user({ [model.root]: 'admin' });
    expect((await begin(admin, model, 600)).status).toBe(201);
  });

  it('is not exceeded by concurrent creates', async () => {
    const model = await quota(1000);
    const ann = await callers.user({ [model.root]: 'contributor' });
    const answers = await atOnce(6, () => begin(ann, model, 200));
    expect(statusesOf(answers)).toEqual([201, 201, 413, 413, 413, 413]);
  });
});
