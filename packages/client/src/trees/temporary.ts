import { idempotencyKey } from '../core/idempotency-key.ts';

/** The name of a file that is there for a moment; short, so that it fits wherever the file's name does. */
export const temporaryName = (): string => `.modelbox-${idempotencyKey().slice(0, 12)}.part`;

/** A name that a pull writes under: what it leaves when it fails or is killed. */
export const isTemporaryName = (name: string): boolean =>
  /^\.modelbox-[0-9a-f]{12,32}\.(part|journal|lock)$/.test(name);
