import { nodeModule, onNode } from './node.ts';
import type { Sha256 } from './sha256-portable.ts';
import { portableSha256 } from './sha256-portable.ts';

/** Node's own hash, or where there is none ours: the Web's can only hash what is in memory whole. */
export function sha256(): Sha256 {
  if (!onNode()) return portableSha256();
  const hash = nodeModule('crypto', 'Hashing').createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest('hex') };
}

/** The SHA-256 of the whole file that an ETag is here, if it is one. */
export const sha256OfEtag = (etag: string | null): string | undefined =>
  /^(?:W\/)?"([0-9a-f]{64})"$/.exec(etag ?? '')?.[1];
