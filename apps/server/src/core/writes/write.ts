import { isForeignKeyViolation, retrying, type Tx } from '@modelbox/db';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';

/** A receipt with the value that the transaction made. A replayed request made no value. */
export interface Written<V> extends Receipt {
  readonly value?: V;
}

/**
 * Runs a write and claims its idempotency key in one transaction. If the key was used before, returns the receipt of
 * that request and does not run the write. Retries deadlocks, serialization failures, and writes whose namespace was
 * deleted meanwhile.
 */
export async function write<V = never>(
  ctx: RequestContext,
  work: (tx: Tx) => Promise<Written<V>>,
): Promise<Written<V>> {
  const run = () =>
    ctx.db.prisma.$transaction((tx) => claimed(ctx, tx, work), { maxWait: 10_000, timeout: 30_000 });
  try {
    return await retrying(run, isForeignKeyViolation);
  } catch (error) {
    if (error instanceof Replay) return replay(ctx);
    throw error;
  }
}

async function claimed<V>(
  ctx: RequestContext,
  tx: Tx,
  work: (tx: Tx) => Promise<Written<V>>,
): Promise<Written<V>> {
  const key = ctx.idempotency;
  if (key === undefined) return work(tx);
  const [row] = await tx.$queryRaw<[{ claimed: boolean }]>`
    SELECT claim_idempotency_key(${key.scope}::uuid, ${key.bodyHash}::bigint, ${ctx.now()}) AS claimed`;
  if (!row.claimed) throw new Replay();
  const receipt = await work(tx);
  await tx.$queryRaw`
    SELECT complete_idempotency_key(${key.scope}::uuid, ${receipt.status}::int, ${receipt.object?.kind ?? null},
      ${receipt.object?.id ?? null}::uuid)::text AS done`;
  return receipt;
}

/** Thrown to roll back a transaction whose idempotency key another request has used. */
class Replay extends Error {}

export async function replay(ctx: RequestContext): Promise<Receipt> {
  const key = ctx.idempotency;
  const row = key && (await ctx.db.prisma.idempotencyReceipt.findUnique({ where: { scope: key.scope } }));
  if (!row)
    throw new HttpProblem(
      'replay_unavailable',
      'The server no longer knows the first request with this Idempotency-Key. Check what that request did, then ' +
        'use a new key.',
    );
  if (row.bodyHash !== key.bodyHash) {
    throw new HttpProblem(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another body. Use a new key for a new request.',
    );
  }
  const object =
    row.objectKind && row.objectId
      ? { kind: row.objectKind as NonNullable<Receipt['object']>['kind'], id: row.objectId }
      : null;
  return { status: row.status ?? 200, object };
}
