// Compiled, not run: code that a strict Node project may contain, and errors that the types must report.

import { createReadStream } from 'node:fs';
import {
  APIError,
  type Checkpoint,
  type File,
  type MetricValue,
  ModelBox,
  type Page,
  type Version,
  type VersionCreate,
} from '@modelbox/client';

const client = new ModelBox({
  baseUrl: undefined,
  token: process.env['TOKEN'],
  timeoutMs: 5000,
  maxRetries: 0,
});
const owner: string | undefined = process.env['OWNER'];

export async function use(): Promise<void> {
  const { data, etag } = await client.models.create({ namespace: 'ai', name: 'yolo', owner }).withResponse();
  await client.models.update(data.id, { tags: ['gold'] }, etag === null ? {} : { ifMatch: etag });
  // @ts-expect-error: a name is required.
  await client.models.create({ namespace: 'ai' });
  // @ts-expect-error: a typo is an error, not a lost field.
  await client.models.create({ namespace: 'ai', name: 'yolo', onwer: 'me' });

  const create: VersionCreate = {
    version: 'v1',
    files: ['s3://bucket/model.pt'],
    metrics: { loss: 0.1, nan: 'NaN' },
  };
  const version: Version = await client.models.versions.create(data.id, create, { idempotencyKey: 'k' });
  const loss: MetricValue | undefined = version.metrics['loss'];
  for await (const { version: name } of client.models.versions.list('ai/yolo', {
    limit: 10,
    filter: owner,
  })) {
    name.toUpperCase();
  }
  for await (const page of client.models.list().pages()) page satisfies Page<{ id: string }>;
  const first: Checkpoint | undefined = (await client.experiments.checkpoints.list('ai/run')).items[0];

  const onProgress = (bytes: number, total: number | undefined) => void [bytes, total, loss, first];
  const { upload } = client.versions.files;
  const file: File = await client.versions.files.upload(version.id, 'a/b.onnx', './b.onnx', {
    role: 'model',
    onProgress,
  });
  for (const source of [createReadStream('b'), Buffer.from('b'), new Blob(['b']), new URL('file:///b')]) {
    await client.versions.files.upload(version.id, file.path, source, { signal: AbortSignal.timeout(1000) });
  }
  // @ts-expect-error: not a role.
  await client.versions.files.upload(version.id, file.path, 'b', { role: 'modle' });
  await client.versions.files.download(version.id, file.path).toFile('b', { onProgress });
  const download = await client.versions.files.download(version.id, file.path, {
    range: { offset: 0, length: 4 },
  });
  const stream: ReadableStream<Uint8Array> = download.stream();
  await Promise.all([stream.cancel(), upload, client.close()]);
}

export function decide(error: unknown): string {
  if (!(error instanceof APIError)) return 'unknown';
  // @ts-expect-error: not a code.
  if (error.code === 'exsits') return 'never';
  return error.code === 'exists'
    ? String(error.problem?.id)
    : error.errors.map(({ pointer }) => pointer).join();
}
