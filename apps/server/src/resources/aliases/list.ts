import { prepared } from '@modelbox/db';
import type { AliasMove } from '@modelbox/schema';
import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { Verb } from '../../protocol/verb.ts';
import { noAlias } from './delete.ts';
import { ALIAS_COLUMNS, type AliasRow, toAlias } from './read.ts';

const byModel = prepared<
  [modelId: string, after: string, limit: number, bytes: number, isEmpty: boolean],
  AliasRow & SizedRow
>(
  'list_aliases',
  sizedSql(
    `SELECT ${ALIAS_COLUMNS} FROM aliases a JOIN versions v ON v.id = a.version_id
     WHERE a.model_id = $1 AND a.name > $2 ORDER BY a.name LIMIT $3`,
    '$4',
    '$5',
  ),
);
const byName = prepared<[modelId: string, alias: string], AliasRow>(
  'get_alias',
  `SELECT ${ALIAS_COLUMNS} FROM aliases a JOIN versions v ON v.id = a.version_id WHERE a.model_id = $1 AND a.name = $2`,
);

export const listAliases: Verb<'models.aliases.list'> = async (ctx, { query, touched: { model } }) => {
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'string'),
    read: (after, count, { bytes, isEmpty }) =>
      byModel(ctx.db.requests, model.id, after ?? '', count, bytes, isEmpty),
    toItem: toAlias,
    cursorOf: (row: AliasRow) => row.alias,
  });
  return { status: 200, body };
};

export const getAlias: Verb<'models.aliases.get'> = async ({ db }, { params, touched: { model } }) => {
  const [row] = await byName(db.requests, model.id, params.alias);
  if (row === undefined) throw noAlias(params.alias);
  return { status: 200, body: toAlias(row) };
};

interface MoveRow extends Omit<AliasMove, 'at'> {
  id: number;
  at: Date;
}

const movesBefore = prepared<
  [modelId: string, alias: string, before: number | null, limit: number, bytes: number, isEmpty: boolean],
  MoveRow & SizedRow
>(
  'list_alias_moves',
  sizedSql(
    `SELECT m.id, m.alias, m.from_version AS "from", m.from_version_id AS "fromId", m.to_version AS "to",
            m.to_version_id AS "toId", m.cause, m.reason, m.actor, m.request_id AS "requestId", m.at
     FROM alias_moves m WHERE m.model_id = $1 AND m.alias = $2 AND ($3::bigint IS NULL OR m.id < $3)
     ORDER BY m.id DESC LIMIT $4`,
    '$5',
    '$6',
  ),
);

export const aliasHistory: Verb<'models.aliases.history'> = async (
  ctx,
  { params, query, touched: { model } },
) => {
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'number'),
    read: (before, count, { bytes, isEmpty }) =>
      movesBefore(ctx.db.requests, model.id, params.alias, before ?? null, count, bytes, isEmpty),
    toItem: ({ id: _, at, ...row }: MoveRow): AliasMove => ({ ...row, at: at.toISOString() }),
    cursorOf: (row) => row.id,
  });
  return { status: 200, body };
};
