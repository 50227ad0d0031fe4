import { APIError } from '../core/api-error.ts';
import type { Upload, UploadPart } from '../generated/schemas.ts';
import type { Carrier } from './carrier.ts';
import { type FileTarget, isFor } from './file-target.ts';
import type { LocalContent } from './local-content.ts';
import type { Patience } from './patience.ts';

/** An upload to go on with: its parts that have arrived, by number, or null where no part is taken any more. */
export interface Begun {
  readonly upload: Upload;
  readonly arrived: ReadonlyMap<number, UploadPart> | null;
}

export interface BeginOptions {
  readonly partSize: number | undefined;
  readonly patience: Patience;
  /** Of the whole, where it is known already. */
  readonly sha256: string | undefined;
  /** Of the whole, computed where it is not known; once. */
  readonly wholeSha256: () => Promise<string>;
}

/** Finds the upload that an earlier call has left, or begins one. `known` are those to the object, newest first. */
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
  // Content that the server has already need not be sent: it is complete at once.
  return { upload, arrived: upload.state === 'open' ? new Map() : null };
}

async function goOn(carrier: Carrier, upload: Upload, options: BeginOptions): Promise<Begun | undefined> {
  const isLeft = upload.state === 'open' || isStored(upload);
  // Of an upload that has been completed, or was begun with a hash, the content is known, and must be ours.
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

/** Complete, or all but verified, and its file still is what came of it. */
const isStored = ({ state, sha256, file }: Upload): boolean =>
  (state === 'verifying' || state === 'complete') &&
  sha256 !== null &&
  (file?.state === 'verifying' || file?.state === 'verified');

/** An open upload that takes no part: the server put the parts together, and died before it could say so. Or lost them. */
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
    // Of no use to anybody, and in the way of `finalize`.
    await uploads.abort(id, call);
    return undefined;
  }
}

const isClosed = (error: unknown): boolean => error instanceof APIError && error.code === 'upload_closed';
