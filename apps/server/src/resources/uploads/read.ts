import { prepared } from '@modelbox/db';
import type { Upload } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Readout } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { toUpload, UPLOAD_COLUMNS, type UploadRow } from './rows.ts';

const select = prepared<[string[]], UploadRow>(
  'read_uploads',
  `SELECT ${UPLOAD_COLUMNS} FROM uploads u WHERE u.id = ANY ($1::uuid[])`,
);

export const readUploads = async (ctx: Context, ids: string[]): Promise<Readout<Upload>[]> =>
  (await select(ctx.db.requests, ids)).map((row) => ({
    id: row.id,
    body: toUpload(ctx, row),
    crossNamespace: undefined,
  }));

export async function uploadRow({ db }: Context, { id }: Pick<Located, 'id'>): Promise<UploadRow> {
  const [row] = await select(db.requests, [id]);
  if (row === undefined) throw new HttpProblem('not_found', 'The upload no longer exists.');
  return row;
}
