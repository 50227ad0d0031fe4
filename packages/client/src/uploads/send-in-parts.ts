import { inParallel } from '../core/in-parallel.ts';
import type { FileUploadOptions } from '../core/options.ts';
import { PARALLEL } from '../core/part-options.ts';
import { sha256 } from '../core/sha256.ts';
import type { Slots } from '../core/slots.ts';
import type { Upload } from '../generated/schemas.ts';
import { type Begun, begin } from './begin.ts';
import type { Carrier } from './carrier.ts';
import type { FileTarget } from './file-target.ts';
import type { LocalContent } from './local-content.ts';
import { type Patience, patience } from './patience.ts';
import { sendPart, type Way } from './send-part.ts';

export interface SendOptions extends FileUploadOptions {
  /** The connections that all transfers share. */
  readonly slots: Slots;
  /** The uploads to the object, newest first. */
  readonly known: AsyncIterable<Upload> | Iterable<Upload>;
}

/** A completed upload that the server still verifies. */
export interface Completed {
  readonly upload: Upload;
  /** The SHA-256 of the local content in hex. */
  readonly sha256: string;
  readonly patience: Patience;
}

/**
 * Sends content in parallel parts and completes the upload. Continues the upload of an earlier call. After an error,
 * the upload stays for the next call.
 */
export async function sendInParts(
  carrier: Carrier,
  target: FileTarget,
  local: LocalContent,
  options: SendOptions,
): Promise<Completed> {
  const { sizeBytes } = local;
  let whole: Promise<string> | undefined =
    options.sha256 === undefined ? undefined : Promise.resolve(options.sha256);
  const wholeSha256 = () => {
    whole ??= local.hash(0, sizeBytes);
    return whole;
  };
  const { partSize, sha256: announced } = options;
  const begun = await begin(carrier, target, local, options.known, {
    partSize,
    sha256: announced,
    wholeSha256,
    patience: patience(carrier, options.settleTimeoutMs),
  });
  const settling = patience(carrier, options.settleTimeoutMs);
  const { upload, arrived } = begun;
  if (arrived === null) {
    options.onProgress?.(sizeBytes, sizeBytes);
    return { upload, sha256: await wholeSha256(), patience: settling };
  }
  try {
    const hash = await sendMissing(carrier, local, upload, arrived, await whole, options);
    await local.unchanged();
    const complete = () => carrier.uploads.complete(upload.id, { sha256: hash }, carrier.call);
    return { upload: await settling.settled(complete), sha256: hash, patience: settling };
  } catch (error) {
    if (options.discardOnAbort && options.signal?.aborted)
      await carrier.uploads.abort(upload.id, { ...carrier.call, signal: undefined }).catch(() => {});
    throw error;
  }
}

interface Part {
  readonly number: number;
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
}

/** Sends the missing parts, and returns the SHA-256 of the whole. */
async function sendMissing(
  carrier: Carrier,
  local: LocalContent,
  { id, partSizeBytes, direct }: Upload,
  arrived: NonNullable<Begun['arrived']>,
  known: string | undefined,
  { parallel = PARALLEL, slots, signal, onProgress, direct: asked }: SendOptions,
): Promise<string> {
  const { sizeBytes } = local;
  const way: Way = { direct: direct && asked !== false, proven: false };
  const hash = known === undefined ? sha256() : undefined;
  const moved = new Map<number, number>();
  let sum = 0;
  let told = 0;
  const at = (part: number, bytes: number) => {
    sum += bytes - (moved.get(part) ?? 0);
    moved.set(part, bytes);
    // A retried part does not decrease the progress.
    if (sum <= told) return;
    told = sum;
    onProgress?.(sum, sizeBytes);
  };

  /** Reads in order, so that one pass hashes each part and the whole. */
  async function* parts(): AsyncGenerator<Part, void, undefined> {
    for (let number = 1, offset = 0; offset < sizeBytes; number += 1, offset += partSizeBytes) {
      const length = Math.min(partSizeBytes, sizeBytes - offset);
      yield { number, offset, length, sha256: await local.hash(offset, length, hash) };
    }
  }

  await inParallel(parts(), { concurrency: parallel, signal }, async (part, given) => {
    const { number, offset, length, sha256 } = part;
    const there = arrived.get(number);
    if (there?.sha256 !== sha256 || there.sizeBytes !== length) {
      const content = { source: local.part(offset, length), sizeBytes: length, sha256 };
      const moving = { signal: given, onBytes: (bytes: number) => at(number, bytes) };
      await slots.run(() =>
        sendPart(carrier, way, { upload: id, part: number }, content, local.unchanged, moving),
      );
    }
    at(number, length);
  });
  return known ?? hash?.hex() ?? '';
}
