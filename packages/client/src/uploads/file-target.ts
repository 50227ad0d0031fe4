import type { Owner } from '../core/calls.ts';
import type { FileRole, Upload } from '../generated/schemas.ts';

/** The location of an uploaded file, and its properties. */
export interface FileTarget {
  readonly owner: Owner;
  readonly path: string;
  readonly role: FileRole | undefined;
  readonly mediaType: string | undefined;
}

/** Whether the upload would create the target, as far as its metadata shows. */
export function isFor(upload: Upload, { path, role, mediaType }: FileTarget, sizeBytes: number): boolean {
  return (
    // The server stores names in NFC.
    upload.path === path.normalize('NFC') &&
    upload.sizeBytes === sizeBytes &&
    (role === undefined || upload.role === role) &&
    (mediaType === undefined || isSameType(upload.mediaType, mediaType.trim().toLowerCase()))
  );
}

/** The server stores media types in lower case, and none for plain bytes. */
const isSameType = (kept: string | null, said: string): boolean =>
  kept === said || (kept === null && said.startsWith('application/octet-stream'));
