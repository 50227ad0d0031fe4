import type { Answer } from '../core/api-promise.ts';
import { ModelBoxError } from '../core/errors.ts';
import type { FileUploadOptions } from '../core/options.ts';
import { checkPartOptions, PARALLEL, PARTS_FROM } from '../core/part-options.ts';
import { slots } from '../core/slots.ts';
import type { Source } from '../core/source.ts';
import type { File, Upload } from '../generated/schemas.ts';
import type { Carrier } from './carrier.ts';
import type { FileTarget } from './file-target.ts';
import { localContent } from './local-content.ts';
import { type SendOptions, sendInParts } from './send-in-parts.ts';
import { whenVerified } from './when-verified.ts';

export interface SentFile {
  /** Waits until the file is verified. */
  readonly verified: () => Promise<Answer<File>>;
}

/** Sends a file: in parts if it is large and its source supports random access, otherwise in one request. */
export async function sendFile(
  carrier: Carrier,
  target: FileTarget,
  { parts }: Source,
  options: FileUploadOptions & Partial<Pick<SendOptions, 'slots' | 'known'>>,
  inOne: () => Promise<Answer<File>>,
): Promise<SentFile> {
  checkPartOptions(options);
  const { partsFrom = PARTS_FROM, parallel = PARALLEL, sizeBytes } = options;
  const shared = options.slots ?? slots(parallel);
  const size = await parts?.size();
  if (parts === undefined || size === undefined || size === 0 || size < partsFrom) {
    const answer = await shared.run(inOne);
    return { verified: async () => answer };
  }
  if (sizeBytes !== undefined && sizeBytes !== size)
    throw new ModelBoxError(`The content is not the ${sizeBytes} bytes that were announced`);
  const local = await localContent(parts, target.path, options.signal);
  const known = options.known ?? uploadsTo(carrier, target);
  const completed = await sendInParts(carrier, target, local, { ...options, slots: shared, known });
  return { verified: () => whenVerified(carrier, completed) };
}

/** The uploads to an object, newest first. */
export const uploadsTo = (
  { uploads, call }: Carrier,
  { owner }: Pick<FileTarget, 'owner'>,
): AsyncIterable<Upload> => uploads.list({ ...owner, limit: 1000 }, call);
