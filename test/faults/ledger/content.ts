import { createCipheriv, createHash } from 'node:crypto';

/** Bytes that a seed and a number reproduce at any time, so that a long run need not store them. */
export interface Content {
  readonly sizeBytes: number;
  readonly sha256: string;
  bytes(): Buffer<ArrayBuffer>;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const digestOf = (bytes: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

export function contentFrom(seed: number, number: number, sizeBytes: number): Content {
  const key = createHash('sha256').update(`${seed} ${number}`).digest().subarray(0, 16);
  const bytes = () =>
    Buffer.from(createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes)));
  return { sizeBytes, sha256: sha256Of(bytes()), bytes };
}
