import { sqlOf, type Tx } from '@modelbox/db';
import type { OwnerKind } from '@modelbox/schema';
import { HttpProblem } from '../../protocol/problem.ts';

const FEW = 5;

/**
 * Throws 409 if files of an object are not complete, and names them. The caller must have locked the object, as every
 * request does that creates or completes an upload.
 */
export async function demandNoPending(tx: Tx, kind: OwnerKind, id: string): Promise<void> {
  const pending = await sqlOf(tx)<{ path: string; state: string; upload: string; waits: string | null }>(
    `SELECT path, state, id AS upload, NULL AS waits FROM uploads WHERE object_id = $1::uuid AND state = 'open'
     UNION ALL SELECT f.path, f.state, f.upload_id, u.waits_for FROM files f JOIN uploads u ON u.id = f.upload_id
       WHERE f.object_id = $1::uuid
     ORDER BY path, state, upload LIMIT $2::int`,
    [id, FEW + 1],
  );
  if (pending.length === 0) return;
  const words = pending
    .slice(0, FEW)
    .map(({ path, state, upload, waits }) =>
      state === 'open'
        ? `The upload ${upload} of ${path} is open: complete or abort it.`
        : `${path} ${WORDS[state]}.${waits === null ? '' : ` ${waits}`}`,
    );
  const more = pending.length > FEW ? ' More files are not complete.' : '';
  throw new HttpProblem(
    'files_pending',
    `Files of the ${kind} are not complete yet. ${words.join(' ')}${more}`,
  );
}

const WORDS: Record<string, string> = {
  verifying: 'is being verified: try again later',
  rejected: 'was rejected: upload it again, or delete it',
};
