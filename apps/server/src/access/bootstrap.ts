import { localActor } from '@modelbox/domain';
import type { Context } from '../context.ts';
import { newId } from '../objects/ids.ts';
import { hashOf } from './token-identity.ts';

/** The first administrator. */
const FIRST = 'user:admin';

/**
 * Makes a secret that the operator has chosen the token of the first administrator, as long as no administrator has a
 * token that counts. Gives whether it did.
 */
export async function bootstrap(ctx: Context, secret: string): Promise<boolean> {
  const { rowCount } = await ctx.db.pool.query(
    `INSERT INTO tokens (id, hash, name, principal, administrator, created_by, created_at)
     SELECT $1::uuid, $2::bytea, 'bootstrap', $3, true, $4, $5::timestamptz
     WHERE NOT EXISTS (SELECT 1 FROM tokens WHERE administrator AND revoked_at IS NULL
                         AND (expires_at IS NULL OR expires_at > $5::timestamptz))
     ON CONFLICT (hash) DO NOTHING`,
    [newId(), hashOf(secret), FIRST, localActor.name, ctx.now()],
  );
  return rowCount === 1;
}
