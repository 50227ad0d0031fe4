import { inTransaction } from '@modelbox/db';
import type { Context } from '../../protocol/context.ts';

const BATCH = 200;

/** Updates the states of files whose content was marked or repaired. */
export async function syncFileStates(
  { db, now }: Pick<Context, 'db' | 'now'>,
  stopping?: AbortSignal,
): Promise<void> {
  for (let count = BATCH; count > 0 && !stopping?.aborted; )
    count = await inTransaction(db.background, async (client) => {
      const { rows } = await client.query<{ count: number }>('SELECT sync_file_states($1, $2) AS count', [
        BATCH,
        now(),
      ]);
      return rows[0]?.count ?? 0;
    });
}
