import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { BlobStoreUnavailable } from './errors.ts';
import { openS3Store } from './index.ts';
import { describeWithS3, type FaultProxy, startFaultProxy } from './testing/index.ts';

await describeWithS3('credentials that change', (bucket) => {
  const { endpoint = '', credentials: right, ...options } = bucket.options();
  const unknown = { accessKeyId: 'NOBODY', secretAccessKey: 'hush-hush-hush' };
  const mistyped = { accessKeyId: right?.accessKeyId ?? '', secretAccessKey: 'hush-hush-hush' };
  let proxy: FaultProxy;
  let folder: string;
  let sts: Server;
  beforeAll(async () => {
    proxy = await startFaultProxy({ endpoint });
    sts = createServer(async (request, response) => {
      const token = new URLSearchParams(await text(request)).get('WebIdentityToken');
      const { accessKeyId, secretAccessKey } = token === 'right' ? (right ?? unknown) : unknown;
      response.setHeader('content-type', 'text/xml').end(
        `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
          <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>
          <SessionToken></SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
        </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
      );
    }).listen(0, '127.0.0.1');
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modelbox-credentials-'));
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    proxy.clear();
    await rm(folder, { recursive: true });
  });
  afterAll(async () => {
    sts.close();
    await proxy.close();
  });

  type Keys = typeof unknown;
  const inFile = (profile: string) => (keys: Keys) =>
    writeFile(
      join(folder, 'credentials'),
      `[${profile}]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`,
    );
  const ways: { name: string; env: () => void; give: (keys: Keys) => Promise<void> }[] = [
    { name: 'AWS_SHARED_CREDENTIALS_FILE', env: () => {}, give: inFile('default') },
    {
      name: 'AWS_PROFILE',
      env: () => void vi.stubEnv('AWS_PROFILE', 'models'),
      give: inFile('models'),
    },
    {
      name: 'AWS_WEB_IDENTITY_TOKEN_FILE',
      env: () => {
        vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(folder, 'token'));
        vi.stubEnv('AWS_ROLE_ARN', 'arn:aws:iam::123456789012:role/models');
        vi.stubEnv('AWS_ENDPOINT_URL_STS', `http://127.0.0.1:${(sts.address() as AddressInfo).port}`);
        vi.stubEnv('AWS_REGION', 'us-east-1');
      },
      give: (keys) => writeFile(join(folder, 'token'), keys === right ? 'right' : 'wrong'),
    },
  ];

  it.each(ways)(
    '$name: used without a restart, and read only now and then while they are wrong',
    async ({ env, give }) => {
      if (!right) throw new Error('the S3 server has no credentials');
      env();
      await give(right);
      const store = await openS3Store({ ...options, endpoint: proxy.endpoint });
      const { key } = await store.write(Readable.from([Buffer.from('x')]));
      await give(unknown);
      const expired = { kind: 'error', status: 400, code: 'ExpiredToken' } as const;
      const rule = proxy.inject(expired, { operation: 'GetObject', times: 1 });
      await expect(store.read(key)).rejects.toThrow(/InvalidAccessKeyId/);
      expect(rule.injected).toHaveLength(1);
      proxy.clear();
      for (let count = 0; count < 20; count += 1)
        await expect(store.read(key)).rejects.toThrow(BlobStoreUnavailable);
      expect(proxy.requests.length).toBeLessThanOrEqual(21);
      await give(right);
      await expect.poll(async () => (await store.stat(key)).sizeBytes, { timeout: 10_000 }).toBe(1);
      expect(await text((await store.read(key)).stream)).toBe('x');
      await store.write(Readable.from([Buffer.from('again')]));
    },
  );

  it('a request that S3 refuses with old credentials succeeds with new ones', async () => {
    if (!right) throw new Error('the S3 server has no credentials');
    const give = inFile('default');
    await give(right);
    const store = await openS3Store({ ...options, endpoint: proxy.endpoint });
    const { key } = await store.write(Readable.from([Buffer.from('x')]));
    await give(mistyped);
    proxy.inject({ kind: 'error', status: 403, code: 'InvalidToken' }, { operation: 'GetObject', times: 1 });
    await expect(store.read(key)).rejects.toThrow(/SignatureDoesNotMatch/);
    await give(right);
    // The time between two looks at what is refused is over.
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + 60_000);
    proxy.clear();
    expect((await store.stat(key)).sizeBytes).toBe(1);
    expect(proxy.requests.map(({ operation }) => operation)).toEqual(['HeadObject', 'HeadObject']);
    vi.restoreAllMocks();
  });
});
