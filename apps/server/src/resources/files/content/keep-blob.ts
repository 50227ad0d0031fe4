import { sqlOf, type Tx } from '@modelbox/db';
import { newId } from '../../../core/names/ids.ts';
import type { Context } from '../../../protocol/context.ts';
import { RETRY_AFTER } from '../../../protocol/errors.ts';
import { HttpProblem } from '../../../protocol/problem.ts';

interface Stored {
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Returns the row of the content, existing or new, and protects it from the sweep until the transaction ends. If the
 * returned key differs from the given one, the given copy is unused.
 * @throws {HttpProblem} 503 if the copy waited so long for its row that the sweep took it for an orphan.
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
