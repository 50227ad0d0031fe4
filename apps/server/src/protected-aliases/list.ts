import { LIMIT_DEFAULT } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import type { Answered } from '../http/verb.ts';
import { cursorAfter, pageOf } from '../lists/cursor.ts';
import type { Located } from '../objects/located.ts';
import { COLUMNS, countFor, FROM, type ProtectionRow, toProtection } from './rows.ts';

/** By alias, then from the top; no name has a control character. */
const PLACE = `concat(p.alias, chr(1), n.path, chr(1), m.name) COLLATE "C"`;
const placeOf = (row: ProtectionRow): string => `${row.alias}\u0001${row.namespace}\u0001${row.model ?? ''}`;

/** The protections that count for a model, or for the models below a namespace: those on it, and those above. */
export async function listProtections(
  { db }: RequestContext,
  object: Located,
  query: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const after = cursorAfter(query.cursor, 'string') ?? '';
  const { rows } = await db.pool.query<ProtectionRow>(
    `SELECT ${COLUMNS} FROM ${FROM}
     WHERE ${countFor('$1', '$2')} AND ${PLACE} > $3
     ORDER BY ${PLACE} LIMIT $4`,
    [object.id, object.namespace, after, limit + 1],
  );
  const isOwn = (row: ProtectionRow) =>
    object.kind === 'model' ? row.model !== null : row.namespace === object.namespace;
  return { status: 200, body: pageOf(rows, limit, (row) => toProtection(row, !isOwn(row)), placeOf) };
}
