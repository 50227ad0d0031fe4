import { sqlOf, type Tx } from '@modelbox/db';
import { HttpProblem } from '../../protocol/problem.ts';
import { UPLOAD_COLUMNS, type UploadRow } from './rows.ts';

/** Locks the object and then the upload, in the order of all file writes. Throws 404 if one of them is gone. */
export async function lockUpload(tx: Tx, id: string): Promise<UploadRow> {
  const sql = sqlOf(tx);
  const [owner] = await sql<{ namespace: string | null }>(
    'SELECT lock_owner(object_kind, object_id) AS namespace FROM uploads WHERE id = $1::uuid',
    [id],
  );
  const [row] = await sql<UploadRow & { sizeBytes: bigint; partSizeBytes: bigint }>(
    `SELECT ${UPLOAD_COLUMNS} FROM uploads u WHERE u.id = $1::uuid FOR NO KEY UPDATE`,
    [id],
  );
  if (!owner?.namespace || row === undefined)
    throw new HttpProblem('not_found', 'The upload no longer exists.');
  return { ...row, sizeBytes: Number(row.sizeBytes), partSizeBytes: Number(row.partSizeBytes) };
}
