import { createHash } from 'node:crypto';
import { BlobMismatch, BlobTooLarge } from './errors.ts';
import { newKey } from './key.ts';
import { largestBlobBytes, partBytes } from './s3-part-size.ts';
import type { S3Writing } from './s3-upload.ts';
import { createS3Upload } from './s3-upload.ts';
import { type BlobSource, consume } from './source.ts';
import type { WriteOptions, WrittenBlob } from './store.ts';

/**
 * Gathers parts, and sends each while the next one fills. Content of a single part is sent in one request when it is
 * complete and verified. Larger content becomes visible by the last request, which completes it.
 */
export async function writeToS3(
  writing: S3Writing,
  source: BlobSource,
  options: WriteOptions,
): Promise<WrittenBlob> {
  const { expect = {}, signal } = options;
  signal?.throwIfAborted();
  const checks = sizeChecks(options);
  const key = newKey();
  const hash = createHash('sha256');
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const upload = createS3Upload(writing, key, stopped);
  let part: Buffer | undefined;
  let filled = 0;
  let sizeBytes = 0;

  /** A single request is as large as the announced size, so that small files wait for little memory. */
  const nextPart = () => {
    const usual = partBytes(upload.partCount + 1, expect.sizeBytes);
    const left = expect.sizeBytes === undefined ? usual : expect.sizeBytes - (sizeBytes - filled);
    return writing.memory.take(Math.min(usual, left), stopped);
  };
  const add = async (chunk: Uint8Array) => {
    for (let at = 0; at < chunk.byteLength; ) {
      if (part && filled === part.byteLength) {
        const full = part;
        part = undefined;
        await upload.sendPart(full, filled);
        filled = 0;
      }
      part ??= await nextPart();
      const piece = chunk.subarray(at, at + part.byteLength - filled);
      part.set(piece, filled);
      hash.update(part.subarray(filled, filled + piece.byteLength));
      filled += piece.byteLength;
      sizeBytes += piece.byteLength;
      at += piece.byteLength;
    }
  };

  try {
    let received = 0;
    await consume(source, signal, (chunk) => {
      received += chunk.byteLength;
      checks.soFar(received);
      return add(chunk);
    });
    checks.atEnd(received);
    const sha256 = hash.digest('hex');
    if (expect.sha256 !== undefined && sha256 !== expect.sha256) {
      throw new BlobMismatch('sha256', expect.sha256, sha256);
    }
    signal?.throwIfAborted();
    const last = part;
    part = undefined;
    await upload.finish(last, filled, sizeBytes, sha256);
    return { key, sizeBytes, sha256 };
  } catch (error) {
    stop.abort(error);
    await upload.abandon();
    signal?.throwIfAborted();
    throw error;
  } finally {
    if (part) writing.memory.giveBack(part);
  }
}

/** Checks the limit of the caller, the announced size and the limit of the store. */
function sizeChecks({ expect = {}, limitBytes = Number.POSITIVE_INFINITY }: WriteOptions) {
  const announced = expect.sizeBytes;
  const limit = Math.min(limitBytes, largestBlobBytes(announced));
  return {
    soFar(received: number): void {
      if (received > limit) throw new BlobTooLarge(limit);
      if (announced !== undefined && received > announced) {
        throw new BlobMismatch('sizeBytes', announced, received);
      }
    },
    atEnd(received: number): void {
      if (announced !== undefined && received !== announced) {
        throw new BlobMismatch('sizeBytes', announced, received);
      }
    },
  };
}
