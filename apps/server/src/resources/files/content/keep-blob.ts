import { sqlOf, type Tx } from '@modelbox/db';
import { newId } from '../../../core/names/ids.ts';
import type { Context } from '../../../protocol/context.ts';
import { RETRY_AFTER } from '../../../protocol/errors.ts';
import { HttpProblem } from '../../../protocol/problem.ts';

/** Content as it lies in the store. */
interface Stored {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * The row of the content: the one that is there, or a new one for what was just stored. No sweep takes it while the
 * transaction lasts. Where the answered key is not the given one, the given copy is of no use.
 * @throws {HttpProblem} 503 where the copy was taken for an orphan because it waited too long for its row.
 */
export async function keepBlob(
  tx: Tx,
  clock: Pick<Context, 'now'>,
  stored: Stored,
): Promise<{ id: string; key: string }> {
  const [row] = await sqlOf(tx)<{ id: string; key: string }>(
    'SELECT blob_id AS id, blob_key AS key FROM keep_blob($1::uuid, $2, $3, $4::bigint, $5::timestamptz)',
    [newId(clock), stored.sha256, stored.key, stored.sizeBytes, clock.now()],
  );
  if (row === undefined)
    throw new HttpProblem('unavailable', 'The upload took too long; send it again.', {}, RETRY_AFTER);
  return row;
}
