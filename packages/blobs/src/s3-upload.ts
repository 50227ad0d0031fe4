import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Bucket } from './s3-bucket.ts';
import { isStalled, onS3 } from './s3-errors.ts';
import type { PartMemory } from './s3-memory.ts';
import type { UnderWay } from './under-way.ts';

/** The state that all writes of one store share. */
export interface S3Writing {
  readonly bucket: S3Bucket;
  readonly memory: PartMemory;
  /** The ids of multipart uploads in progress. */
  readonly underWay: UnderWay;
}

/** The requests of one write. Every buffer goes back to the memory of the store. */
export interface S3Upload {
  readonly partCount: number;
  /** Resolves when the next part may be filled. @throws the error of an earlier part. */
  sendPart(part: Buffer, filled: number): Promise<void>;
  /** Sends the rest and publishes the blob. */
  finish(rest: Buffer | undefined, filled: number, sizeBytes: number, sha256: string): Promise<void>;
  /** Cleans up after a failure, when `signal` is aborted, as far as the server can be reached. */
  abandon(): Promise<void>;
}

/** The parts in flight of one write. They saturate a connection; more would take memory from others. */
const partsInFlight = 4;

export function createS3Upload(writing: S3Writing, key: string, signal: AbortSignal): S3Upload {
  const { bucket, memory, underWay } = writing;
  const { client } = bucket;
  const location = bucket.at(key);
  const inFlight = new Set<Promise<void>>();
  const parts: CompletedPart[] = [];
  let uploadId: string | undefined;
  let mayBeVisible = false;
  let partCount = 0;
  const failures: unknown[] = [];

  // Uses a signal per request, because the client adds listeners and never removes them.
  const request = () => ({ abortSignal: AbortSignal.any([signal]) });

  const throwIfFailed = () => {
    if (failures.length > 0) throw failures[0];
  };

  async function begin(): Promise<string> {
    const command = new CreateMultipartUploadCommand({
      ...location,
      ...bucket.encryption,
      ChecksumAlgorithm: 'SHA256',
    });
    const { UploadId } = await onS3(client.send(command, request()));
    if (UploadId === undefined) throw new Error('the S3 server started an upload without returning its id');
    underWay.add(UploadId);
    return UploadId;
  }

  async function send(id: string, number: number, body: Buffer): Promise<void> {
    const digest = createHash('sha256').update(body).digest();
    // Sends the algorithm with the value: with the value alone, some servers accept a wrong checksum.
    const checksum = { ChecksumAlgorithm: 'SHA256' as const, ChecksumSHA256: digest.toString('base64') };
    const part = {
      ...location,
      UploadId: id,
      PartNumber: number,
      Body: body,
      ContentLength: body.byteLength,
    };
    const command = new UploadPartCommand({ ...part, ...checksum });
    const { ETag, ChecksumSHA256 = checksum.ChecksumSHA256 } = await onS3(client.send(command, request()));
    parts.push({ PartNumber: number, ChecksumSHA256, ...(ETag !== undefined && { ETag }) });
  }

  async function sendPart(part: Buffer, filled: number): Promise<void> {
    try {
      throwIfFailed();
      uploadId ??= await begin();
    } catch (error) {
      memory.giveBack(part);
      throw error;
    }
    const sending = send(uploadId, ++partCount, part.subarray(0, filled))
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        inFlight.delete(sending);
        memory.giveBack(part);
      });
    inFlight.add(sending);
    if (inFlight.size >= partsInFlight) await Promise.race(inFlight);
    throwIfFailed();
  }

  async function putWhole(rest: Buffer | undefined, filled: number, sha256: string): Promise<void> {
    const body = rest?.subarray(0, filled) ?? Buffer.alloc(0);
    const command = new PutObjectCommand({
      ...location,
      ...bucket.encryption,
      Body: body,
      ContentLength: body.byteLength,
      ChecksumAlgorithm: 'SHA256',
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    });
    mayBeVisible = true;
    try {
      await onS3(client.send(command, request()));
    } finally {
      if (rest) memory.giveBack(rest);
    }
  }

  async function complete(id: string, sizeBytes: number): Promise<void> {
    parts.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0));
    const command = new CompleteMultipartUploadCommand({
      ...location,
      UploadId: id,
      MultipartUpload: { Parts: parts },
    });
    mayBeVisible = true;
    try {
      await onS3(client.send(command, request()));
    } catch (error) {
      // Another question to a stalled server would take just as long.
      if (isStalled(error)) throw error;
      // An answer was lost, and a retry found no such upload: then the object exists.
      const there = await client.send(new HeadObjectCommand(location), request()).catch(() => undefined);
      if (there?.ContentLength !== sizeBytes) throw error;
    }
    underWay.delete(id);
  }

  return {
    get partCount() {
      return partCount;
    },
    sendPart,
    async finish(rest, filled, sizeBytes, sha256) {
      if (uploadId === undefined) return putWhole(rest, filled, sha256);
      if (rest) await sendPart(rest, filled);
      await Promise.all(inFlight);
      throwIfFailed();
      await complete(uploadId, sizeBytes);
    },
    async abandon() {
      await Promise.all(inFlight);
      const left: Promise<unknown>[] = [];
      // The sender of the content waits for this cleanup.
      const soon = () => ({ abortSignal: AbortSignal.timeout(bucket.stallTimeout / 4) });
      if (uploadId !== undefined) {
        left.push(client.send(new AbortMultipartUploadCommand({ ...location, UploadId: uploadId }), soon()));
      }
      if (mayBeVisible) left.push(client.send(new DeleteObjectCommand(location), soon()));
      // If this fails too, the sweep finds the rest, as an upload or as an unreferenced blob.
      await Promise.allSettled(left);
      if (uploadId !== undefined) underWay.delete(uploadId);
    },
  };
}
