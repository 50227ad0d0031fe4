import { inTransaction, type Sql, sqlOn } from '@modelbox/db';
import type { PolicyDocument } from '@modelbox/domain';
import type { Pool } from 'pg';
import type { RequestContext } from '../../protocol/context.ts';
import { openReadSession, type ReadSession } from './session.ts';

/**
 * Lets something be looked at as a rule would look at it, in a transaction that writes nothing.
 * @param draft of the model's own policy, in the place of what stands there.
 */
export const readOnly = <T>(
  ctx: RequestContext,
  modelId: string,
  look: (session: ReadSession | undefined) => Promise<T>,
  draft?: PolicyDocument,
): Promise<T> =>
  readRows(ctx.db.requests, async (sql) => look(await openReadSession(sql, ctx, modelId, draft)));

/** Runs statements that only read in one snapshot. */
export const readRows = <T>(pool: Pool, look: (sql: Sql) => Promise<T>): Promise<T> =>
  inTransaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return look(sqlOn(client));
  });
