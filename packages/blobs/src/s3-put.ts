import { UploadPartCommand } from '@aws-sdk/client-s3';
import { BlobNotFound } from './errors.ts';
import type { BlobPart, MultipartBlob, PartContent, PutPartOptions } from './multipart.ts';
import { assertPartContent, assertPartNumber } from './part-rules.ts';
import { inOurTerms, statusOf } from './s3-errors.ts';
import { partsLeft } from './s3-list-parts.ts';
import { createPartStream } from './s3-part-stream.ts';
import type { S3Writing } from './s3-upload.ts';
import type { BlobSource } from './source.ts';

/** Streams a part to the server. Memory holds only what the connection has not accepted yet. */
export async function putOnS3(
  { bucket, underWay }: S3Writing,
  blob: MultipartBlob,
  content: PartContent & { readonly number: number },
  source: BlobSource,
  { signal }: PutPartOptions,
): Promise<BlobPart> {
  const { key, token } = blob;
  const { number, sizeBytes, sha256 } = content;
  assertPartNumber(number);
  assertPartContent(content);
  signal?.throwIfAborted();
  const stream = createPartStream();
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const command = new UploadPartCommand({
    ...bucket.at(key),
    UploadId: token,
    PartNumber: number,
    Body: stream.body,
    ContentLength: sizeBytes,
    ChecksumAlgorithm: 'SHA256',
    ChecksumSHA256: base64Of(sha256),
  });
  underWay.add(token);
  try {
    // The first failure ends the other side, and is reported.
    const failures: { of: 'source' | 'server'; error: unknown }[] = [];
    const failed = (of: 'source' | 'server') => (error: unknown) => {
      failures.push({ of, error });
      stop.abort(error);
      stream.body.destroy();
      return undefined;
    };
    const feeding = stream.feed(source, content, stopped).catch(failed('source'));
    // An empty body cannot be held back: the headers already complete the request.
    if (sizeBytes === 0) await feeding;
    const answer = await bucket.client
      .send(command, { abortSignal: AbortSignal.any([stopped]) })
      .catch(failed('server'));
    await feeding;
    const [first] = failures;
    if (first) signal?.throwIfAborted();
    if (first?.of === 'source') throw first.error;
    // The content cannot be sent again, but the store can list whether the upload exists.
    if (statusOf(first?.error) === 404 && !(await partsLeft(bucket, blob))) throw new BlobNotFound(key);
    if (first) throw inOurTerms(first.error);
    const tag = answer?.ETag ?? '';
    return { number, sizeBytes, sha256, writtenAt: bucket.now(), tag };
  } finally {
    underWay.delete(token);
  }
}

export const base64Of = (sha256: string): string => Buffer.from(sha256, 'hex').toString('base64');
