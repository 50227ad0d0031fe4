import { APIError } from '../core/api-error.ts';
import { ChecksumError } from '../core/errors.ts';
import { isWorthSigningAnew } from '../core/retry.ts';
import type { SignedPart } from '../generated/schemas.ts';
import type { Carrier, Moving, PartContent } from './carrier.ts';

/** The route of the parts of one upload. */
export interface Way {
  /** Directly to the store. */
  direct: boolean;
  /** Whether a part has arrived on this route. */
  proven: boolean;
}

export interface PartName {
  readonly upload: string;
  readonly part: number;
}

/**
 * Sends one part with its own retries. If the store cannot be reached, or rejects the signed request, this and all
 * other parts go to the server.
 */
export async function sendPart(
  carrier: Carrier,
  way: Way,
  to: PartName,
  content: PartContent,
  unchanged: () => Promise<void>,
  moving: Moving,
): Promise<void> {
  const { upload, part } = to;
  for (let failures = 0; ; ) {
    const signed = way.direct ? await sign(carrier, way, to, content, moving) : undefined;
    try {
      if (signed === undefined) return await carrier.putPart(upload, part, content, moving);
      await carrier.putSigned(signed, content, moving);
      way.proven = true;
      return;
    } catch (error) {
      moving.onBytes(0);
      if (moving.signal.aborted) throw error;
      failures += 1;
      // A wrong checksum may only be a symptom of the change.
      await unchanged();
      const worthIt = signed !== undefined && isWorthSigningAnew(error);
      if (signed !== undefined && !way.proven && failures > 1) {
        way.direct = false;
        failures = 0;
        continue;
      }
      await carrier.wait(damaged(error, part, content), failures, worthIt, moving.signal);
    }
  }
}

/** Undefined if the store accepts no direct parts after all. */
async function sign(
  { uploads, call }: Carrier,
  way: Way,
  { upload, part }: PartName,
  { sha256 }: PartContent,
  { signal }: Moving,
): Promise<SignedPart | undefined> {
  try {
    const { items } = await uploads.parts.sign(upload, { parts: [{ part, sha256 }] }, { ...call, signal });
    return items[0];
  } catch (error) {
    if (!(error instanceof APIError) || error.code !== 'no_direct_upload') throw error;
    way.direct = false;
    return undefined;
  }
}

/** Returns the error, or a `ChecksumError` if the part was damaged in transit. */
function damaged(error: unknown, part: number, { sha256 }: PartContent): unknown {
  if (!(error instanceof APIError)) return error;
  const ofServer = error.code === 'checksum_mismatch';
  const ofStore = error.status === 400 && /Digest|Checksum|SHA256Mismatch/i.test(String(error.body));
  if (!ofServer && !ofStore) return error;
  return new ChecksumError(`Part ${part} of the upload`, sha256, undefined, { cause: error });
}
