import type { StoredCopies } from '@modelbox/blobs/testing';
import type { TestServer } from '../../../apps/server/testing/test-server.ts';
import type { Phase } from './phase.ts';
import type { Random } from './random.ts';

/* Damages stored copies while a load runs, then restores the right bytes. */

const COPIES = 12;

type Damage = 'remove' | 'truncate' | 'flip';

export const DAMAGES: readonly Damage[] = ['remove', 'truncate', 'flip'];

export const damagePhase = (copies: StoredCopies, damage: Damage): Phase => ({
  name: `copies: ${damage}`,
  tolerates: { damage: true, ranges: damage === 'flip' },
  begin: async (server, random) => {
    const keys = await someKeys(server, random);
    const kept = await Promise.all(keys.map(async (key) => ({ key, content: await copies.read(key) })));
    for (const key of keys) await copies[damage](key);
    return {
      happened: () => ({ [damage]: kept.length }),
      end: async () => {
        for (const { key, content } of kept) await copies.write(key, content);
      },
    };
  },
});

/** Keys of content that files use, chosen by the seed. */
export async function someKeys(server: TestServer, random: Random): Promise<string[]> {
  const { rows } = await server.db.requests.query<{ key: string }>(
    `SELECT key FROM blobs b WHERE size_bytes > 0 AND EXISTS (SELECT 1 FROM files f WHERE f.blob_id = b.id)
     ORDER BY sha256`,
  );
  return random
    .shuffled(rows)
    .slice(0, COPIES)
    .map(({ key }) => key);
}
