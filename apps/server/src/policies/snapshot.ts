import { inTransaction, type Sql, sqlOn, type Tx } from '@modelbox/db';
import type { PolicyDocument } from '@modelbox/domain';
import type { Context } from '../context.ts';
import { openSession, type Session } from './session.ts';

/**
 * Lets something be looked at as a rule would look at it, in a transaction that writes nothing.
 * @param draft of the model's own policy, in the place of what stands there.
 */
export async function readOnly<T>(
  ctx: Context,
  modelId: string,
  look: (session: Session | undefined) => Promise<T>,
  draft?: PolicyDocument,
): Promise<T> {
  return readSnapshot(ctx, async (tx) => look(await openSession(tx, ctx, modelId, draft)));
}

/** Milliseconds that such a look may take. */
const TIMEOUT = 120_000;

/** Runs what only reads in one snapshot of the database. */
const readSnapshot = <T>(ctx: Context, look: (tx: Tx) => Promise<T>): Promise<T> =>
  ctx.db.prisma.$transaction(
    async (tx: Tx) => {
      await tx.$executeRaw`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`;
      return look(tx);
    },
    { maxWait: 10_000, timeout: TIMEOUT },
  );

/** Runs statements that only read in one snapshot, beside the requests: for plans over very many rows. */
export const readRows = <T>(ctx: Context, look: (sql: Sql) => Promise<T>): Promise<T> =>
  inTransaction(ctx.db.side, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return look(sqlOn(client));
  });
