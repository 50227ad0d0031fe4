import { prepared } from '@modelbox/db';
import { type AliasMove, LIMIT_DEFAULT } from '@modelbox/schema';
import type { Verb } from '../http/verb.ts';
import { cursorAfter, pageOf } from '../lists/cursor.ts';
import { noAlias } from './delete.ts';
import { ALIAS_COLUMNS, type AliasRow, toAlias } from './read.ts';

const byModel = prepared<[modelId: string, after: string, limit: number], AliasRow>(
  'list_aliases',
  `SELECT ${ALIAS_COLUMNS} FROM aliases a JOIN versions v ON v.id = a.version_id
   WHERE a.model_id = $1 AND a.name > $2 ORDER BY a.name LIMIT $3`,
);
const byName = prepared<[modelId: string, alias: string], AliasRow>(
  'get_alias',
  `SELECT ${ALIAS_COLUMNS} FROM aliases a JOIN versions v ON v.id = a.version_id WHERE a.model_id = $1 AND a.name = $2`,
);

export const listAliases: Verb<'models.aliases.list'> = async ({ db }, { query, touched: { model } }) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const rows = await byModel(db.pool, model.id, cursorAfter(query.cursor, 'string') ?? '', limit + 1);
  return { status: 200, body: pageOf(rows, limit, toAlias, (row) => row.alias) };
};

export const getAlias: Verb<'models.aliases.get'> = async ({ db }, { params, touched: { model } }) => {
  const [row] = await byName(db.pool, model.id, params.alias);
  if (row === undefined) throw noAlias(params.alias);
  return { status: 200, body: toAlias(row) };
};

/** The moves of an alias, newest first. */
export const aliasHistory: Verb<'models.aliases.history'> = async (
  { db },
  { params, query, touched: { model } },
) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const before = cursorAfter(query.cursor, 'number');
  const rows = await db.prisma.aliasMove.findMany({
    where: {
      modelId: model.id,
      alias: params.alias,
      ...(before === undefined ? {} : { id: { lt: before } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  const toMove = (row: (typeof rows)[number]): AliasMove => ({
    alias: row.alias,
    from: row.fromVersion,
    fromId: row.fromVersionId,
    to: row.toVersion,
    toId: row.toVersionId,
    cause: row.cause as AliasMove['cause'],
    reason: row.reason,
    actor: row.actor,
    requestId: row.requestId,
    at: row.at.toISOString(),
  });
  return { status: 200, body: pageOf(rows, limit, toMove, (row) => Number(row.id)) };
};
