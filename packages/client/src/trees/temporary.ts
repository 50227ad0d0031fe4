import { idempotencyKey } from '../core/idempotency-key.ts';

/** A temporary name, short enough to fit wherever the final name fits. */
export const temporaryName = (): string => `.modelbox-${idempotencyKey().slice(0, 12)}.part`;

/** Whether a name is a temporary name of a pull, which a failed or killed pull leaves behind. */
export const isTemporaryName = (name: string): boolean =>
  /^\.modelbox-[0-9a-f]{12,32}\.(part|journal|lock)$/.test(name);
