import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeWithS3, type FaultProxy, startFaultProxy } from '@modelbox/blobs/testing';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { openBlobs } from './open-blobs.ts';
import { tellWaiting } from './tell-waiting.ts';

await describeWithS3('a start with an unusable bucket says what failed, why, and what to do', (bucket) => {
  const { endpoint = '', credentials, bucket: name } = bucket.options();
  let proxy: FaultProxy;
  let other: Server;
  const told: string[] = [];
  beforeAll(async () => {
    proxy = await startFaultProxy({ endpoint });
    other = createServer((_, response) => response.writeHead(404).end('<html>hello</html>')).listen(0);
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials?.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials?.secretAccessKey);
  });
  afterEach(() => proxy.clear());
  afterAll(async () => {
    other.close();
    vi.unstubAllEnvs();
    await proxy.close();
  });

  const open = (at: { s3Endpoint?: string; bucket?: string } = {}) =>
    openBlobs(
      {
        blobs: { bucket: at.bucket ?? name, prefix: 'p' },
        dataDir: '',
        s3Endpoint: at.s3Endpoint ?? proxy.endpoint,
        s3Region: undefined,
        s3ForcePathStyle: true,
        s3Sse: {},
        s3StallTimeout: 300,
      },
      () => new Date('2026-06-01T12:00:00Z'),
      (message) => told.push(message),
    );
  const refusal = async (at: { s3Endpoint?: string; bucket?: string } = {}) =>
    open(at).then(
      () => 'it started',
      (error: Error) => error.message,
    );

  it('no such bucket', async () => {
    expect(await refusal({ bucket: 'there-is-none' })).toBe(
      `The bucket there-is-none at ${proxy.endpoint} cannot be used to store files (S3 answered 404 ` +
        'to PutObject: NoSuchBucket).\n' +
        'There is no such bucket: create it, or correct the name in MODELBOX_BLOBS.',
    );
  });

  it('nothing listens, or no S3 server', async () => {
    expect(await refusal({ s3Endpoint: 'http://127.0.0.1:9' })).toMatch(
      /\(S3 did not answer PutObject: ECONNREFUSED.*\)\.\nNothing listens at this address: check MODELBOX_S3_ENDPOINT/,
    );
    const { port } = other.address() as AddressInfo;
    expect(await refusal({ s3Endpoint: `http://127.0.0.1:${port}` })).toMatch(
      /\(S3 answered 404 to PutObject: .*\)\.\nSomething answers there, but not as an S3 server does/,
    );
  });

  it.each([
    ['AccessDenied', 403, 'the credentials lack s3:PutObject', 'Give the credentials the rights'],
    ['InvalidAccessKeyId', 403, '', 'The server does not know the access key'],
    ['SignatureDoesNotMatch', 403, '', 'The secret key does not belong to the access key'],
    ['ExpiredToken', 400, '', 'The credentials have expired'],
    ['RequestTimeTooSkewed', 403, '', 'The clocks of this machine and of the S3 server differ'],
    ['PermanentRedirect', 301, '', 'correct MODELBOX_S3_REGION'],
    ['SomethingNew', 400, '', 'Check MODELBOX_BLOBS, MODELBOX_S3_ENDPOINT'],
  ])('%s', async (code, status, text, advice) => {
    proxy.inject({ kind: 'error', code, status }, { operation: 'PutObject' });
    const message = await refusal();
    expect(message).toContain(`(S3 answered ${status} to PutObject: ${code}`);
    expect(message).toContain(text);
    expect(message).toContain(advice);
    expect(message).not.toMatch(/Unknown/);
  });

  it('S3 stalls: the log says what the start waits for, then the start fails', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const rule = proxy.inject({ kind: 'stall', at: 'request' });
    const message = await tellWaiting(log, `the bucket ${name}`, () => refusal(), 50);
    expect(rule.injected.length).toBeGreaterThan(0);
    expect(message).toMatch(
      /\(S3 did not answer PutObject: S3Stalled: no progress for 0.3 s\)\.\nThe server accepts/,
    );
    expect(JSON.parse(lines[0] ?? '{}').msg).toBe(`the start waits for the bucket ${name}`);
  });

  it('rights for cleaning up are missing: the server starts and warns', async () => {
    proxy.inject({ kind: 'error', status: 403, code: 'AccessDenied' }, { operation: 'AbortMultipartUpload' });
    await open();
    expect(told).toEqual([expect.stringContaining('lack s3:AbortMultipartUpload')]);
  });
});
