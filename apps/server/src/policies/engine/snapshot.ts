import { inTransaction, type Sql, sqlOn } from '@modelbox/db';
import type { PolicyDocument } from '@modelbox/domain';
import type { Pool } from 'pg';
import type { RequestContext } from '../../protocol/context.ts';
import { openReadSession, type ReadSession } from './session.ts';

/**
 * Opens a read-only session for a preview or explanation.
 * @param draft replaces the model's own policy.
 */
export const readOnly = <T>(
  ctx: RequestContext,
  modelId: string,
  look: (session: ReadSession | undefined) => Promise<T>,
  draft?: PolicyDocument,
): Promise<T> =>
  readRows(ctx.db.requests, async (sql) => look(await openReadSession(sql, ctx, modelId, draft)));

export const readRows = <T>(pool: Pool, look: (sql: Sql) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return look(sqlOn(client));
  });
