import { idempotencyKey } from '../core/idempotency-key.ts';

/** The name under which a pull writes a file until it is whole; short, so that it fits wherever the file's name does. */
export const temporaryName = (): string => `.modelbox-${idempotencyKey().slice(0, 12)}.part`;

/** A name that `temporaryName` gives: what a pull that was killed leaves. */
export const isTemporaryName = (name: string): boolean => /^\.modelbox-[0-9a-f]{12}\.part$/.test(name);
