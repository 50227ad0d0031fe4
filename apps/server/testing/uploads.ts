import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { OwnerKind, Upload } from '@modelbox/schema';
import { type VerifyOptions, verifyNextUpload } from '../src/workers/store/upload-verify.ts';
import type { TestAnswer, TestServer } from './test-server.ts';

export const MiB = 2 ** 20;
/** Smallest size of a part but the last. */
export const PART = 5 * MiB;

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
export const digest = (content: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;

export const begin = (
  server: TestServer,
  kind: OwnerKind,
  owner: { id: string },
  fields: object,
): Promise<TestAnswer> =>
  server.api('POST', '/v1/uploads', { [kind]: owner.id, path: 'weights.bin', ...fields });

/** Headers with digests of the content other than SHA-256. */
export const otherDigests = (content: Uint8Array): [header: string, value: string][] => {
  const base64 = (algorithm: string) => createHash(algorithm).update(content).digest('base64');
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(content));
  return [
    ['repr-digest', `sha-512=:${base64('sha512')}:`],
    ['content-md5', base64('md5')],
    ['x-amz-checksum-sha1', base64('sha1')],
    ['x-amz-checksum-crc32', crc.toString('base64')],
  ];
};

export async function newUpload(
  server: TestServer,
  kind: OwnerKind,
  owner: { id: string },
  content: Uint8Array,
  fields: object = {},
): Promise<Upload> {
  const answer = await begin(server, kind, owner, {
    sizeBytes: content.length,
    partSizeBytes: PART,
    ...fields,
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const partOf = (content: Uint8Array, part: number): Uint8Array =>
  content.subarray((part - 1) * PART, part * PART);

export const putPart = (
  server: TestServer,
  upload: { id: string },
  part: number,
  content: Uint8Array,
  headers: Record<string, string> = { 'content-digest': digest(content) },
): Promise<TestAnswer> => server.api('PUT', `/v1/uploads/${upload.id}/parts/${part}`, content, headers);

export async function putAll(server: TestServer, upload: Upload, content: Uint8Array): Promise<void> {
  const numbers = Array.from({ length: upload.partCount }, (_, index) => index + 1);
  const answers = await Promise.all(
    numbers.map((part) => putPart(server, upload, part, partOf(content, part))),
  );
  for (const { status, body } of answers)
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
}

export const complete = (
  server: TestServer,
  upload: { id: string },
  body: object = {},
): Promise<TestAnswer> => server.api('POST', `/v1/uploads/${upload.id}/complete`, body);

export const uploadOf = async (server: TestServer, { id }: { id: string }): Promise<Upload> =>
  (await server.api('GET', `/v1/uploads/${id}`)).body;

export async function verifyAll(server: TestServer, options: VerifyOptions = {}): Promise<void> {
  while (await verifyNextUpload(server.ctx, options));
}

export async function completed(
  server: TestServer,
  kind: OwnerKind,
  owner: { id: string },
  content: Uint8Array,
  fields: object = {},
): Promise<Upload> {
  const upload = await newUpload(server, kind, owner, content, fields);
  await putAll(server, upload, content);
  const { status, body } = await complete(server, upload);
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

export const download = async (
  server: TestServer,
  path: string,
): Promise<{ status: number; body: Buffer }> => {
  const response = await fetch(`${server.url}${path}`);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
};
