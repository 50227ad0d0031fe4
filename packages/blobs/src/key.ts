import { randomBytes } from 'node:crypto';
import { BlobKeyInvalid } from './errors.ts';

const form = /^[0-9a-f]{32}$/;

/** Creates a key of 128 random bits in lower-case hex. Keys never repeat, and are safe in paths, buckets and URLs. */
export const newKey = (): string => randomBytes(16).toString('hex');

export const isKey = (text: string): boolean => form.test(text);

/** @throws BlobKeyInvalid for keys that `newKey` cannot create. */
export function assertKey(key: string): void {
  if (typeof key !== 'string' || !isKey(key)) throw new BlobKeyInvalid(key);
}
