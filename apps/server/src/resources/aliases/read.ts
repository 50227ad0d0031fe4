import { prepared } from '@modelbox/db';
import type { Alias } from '@modelbox/schema';
import type { Context } from '../../protocol/context.ts';
import type { Readout } from '../../protocol/kinds.ts';

export interface AliasRow {
  id: string;
  alias: string;
  version: string;
  versionId: string;
  createdAt: Date;
  updatedAt: Date;
}

export const ALIAS_COLUMNS =
  'a.id, a.name AS alias, v.version, v.id AS "versionId", a.created_at AS "createdAt", a.updated_at AS "updatedAt"';

const select = prepared<[string[]], AliasRow>(
  'read_aliases',
  `SELECT ${ALIAS_COLUMNS} FROM aliases a JOIN versions v ON v.id = a.version_id WHERE a.id = ANY ($1::uuid[])`,
);

export const toAlias = (row: AliasRow): Alias => ({
  alias: row.alias,
  version: row.version,
  versionId: row.versionId,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export async function readAliases({ db }: Context, ids: string[]): Promise<Readout<Alias>[]> {
  return (await select(db.requests, ids)).map((row) => ({
    id: row.id,
    body: toAlias(row),
    crossNamespace: undefined,
  }));
}
