import { randomBytes } from 'node:crypto';
import { BlobKeyInvalid } from './errors.ts';

const form = /^[0-9a-f]{32}$/;

/** 128 random bits, so that no key is ever made twice; lower-case hex, safe in a path, a bucket and a URL. */
export const newKey = (): string => randomBytes(16).toString('hex');

export const isKey = (text: string): boolean => form.test(text);

/** @throws BlobKeyInvalid for anything that `newKey` could not have made. */
export function assertKey(key: string): void {
  if (typeof key !== 'string' || !isKey(key)) throw new BlobKeyInvalid(key);
}
