import { nodeModule, onNode } from './node.ts';
import type { Sha256 } from './sha256-portable.ts';
import { portableSha256 } from './sha256-portable.ts';

/** The hash of Node, otherwise the portable one: Web Crypto can only hash content that is whole in memory. */
export function sha256(): Sha256 {
  if (!onNode()) return portableSha256();
  const hash = nodeModule('crypto', 'Hashing').createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), hex: () => hash.digest('hex') };
}

/** Returns the SHA-256 of the whole file, if the ETag is one. */
export const sha256OfEtag = (etag: string | null): string | undefined =>
  /^(?:W\/)?"([0-9a-f]{64})"$/.exec(etag ?? '')?.[1];
