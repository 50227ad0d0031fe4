import { APIError } from '../core/api-error.ts';
import type { Upload, UploadPart } from '../generated/schemas.ts';
import type { Carrier } from './carrier.ts';
import { type FileTarget, isFor } from './file-target.ts';
import type { LocalContent } from './local-content.ts';
import type { Patience } from './patience.ts';

/** An upload to continue: its received parts by number, or null if it accepts no more parts. */
export interface Begun {
  readonly upload: Upload;
  readonly arrived: ReadonlyMap<number, UploadPart> | null;
}

export interface BeginOptions {
  readonly partSize: number | undefined;
  readonly patience: Patience;
  /** The SHA-256 of the whole, if known. */
  readonly sha256: string | undefined;
  /** Returns the SHA-256 of the whole. Computes it once, if unknown. */
  readonly wholeSha256: () => Promise<string>;
}

/** Finds the upload of an earlier call, or starts one. `known` lists the uploads to the object, newest first. */
export async function begin(
  carrier: Carrier,
  target: FileTarget,
  { sizeBytes }: LocalContent,
  known: AsyncIterable<Upload> | Iterable<Upload>,
  options: BeginOptions,
): Promise<Begun> {
  for await (const upload of known) {
    if (!isFor(upload, target, sizeBytes)) continue;
    const begun = await goOn(carrier, upload, options);
    if (begun) return begun;
  }
  const { owner, path, role, mediaType } = target;
  const body = { ...owner, path, role, mediaType, sizeBytes };
  const { partSize: partSizeBytes, sha256 } = options;
  const upload = await carrier.uploads.create({ ...body, partSizeBytes, sha256 }, carrier.call);
  // If the server has the content already, the upload is complete at once.
  return { upload, arrived: upload.state === 'open' ? new Map() : null };
}

async function goOn(carrier: Carrier, upload: Upload, options: BeginOptions): Promise<Begun | undefined> {
  const isLeft = upload.state === 'open' || isStored(upload);
  // The content of a completed upload, or of one with a hash, is known and must equal ours.
  const isOurs = async () => upload.sha256 === null || upload.sha256 === (await options.wholeSha256());
  if (!isLeft || !(await isOurs())) return undefined;
  if (upload.state !== 'open') return { upload, arrived: null };
  try {
    return { upload, arrived: await options.patience.settled(() => partsOf(carrier, upload)) };
  } catch (error) {
    if (isClosed(error)) return assemble(carrier, upload, options);
    throw error;
  }
}

async function partsOf({ uploads, call }: Carrier, { id }: Upload): Promise<Map<number, UploadPart>> {
  const arrived = new Map<number, UploadPart>();
  for await (const part of uploads.parts.list(id, { limit: 1000 }, call)) arrived.set(part.part, part);
  return arrived;
}

/** Complete or being verified, and its file is still the result. */
const isStored = ({ state, sha256, file }: Upload): boolean =>
  (state === 'verifying' || state === 'complete') &&
  sha256 !== null &&
  (file?.state === 'verifying' || file?.state === 'verified');

/**
 * An open upload that accepts no parts: the server assembled the parts and crashed before it recorded that, or lost
 * the parts.
 */
async function assemble(
  { uploads, call }: Carrier,
  { id }: Upload,
  { patience, wholeSha256 }: BeginOptions,
): Promise<Begun | undefined> {
  const sha256 = await wholeSha256();
  try {
    return { upload: await patience.settled(() => uploads.complete(id, { sha256 }, call)), arrived: null };
  } catch (error) {
    if (!isClosed(error)) throw error;
    // The upload is useless and would block `finalize`.
    await uploads.abort(id, call);
    return undefined;
  }
}

const isClosed = (error: unknown): boolean => error instanceof APIError && error.code === 'upload_closed';
