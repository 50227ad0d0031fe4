import { hashOf, usedSince } from '../../access/token-identity.ts';
import { SERVER } from '../../access/token-tree.ts';
import { newId } from '../../core/names/ids.ts';
import type { Context } from '../../protocol/context.ts';
import { toToken } from './tokens.ts';

type TokenId = { readonly id: string };

const FIRST = 'user:admin';

/**
 * Creates the token of the first administrator with a secret that the operator chose, unless an administrator has a
 * valid token. Returns whether it created the token.
 */
export const bootstrap = (ctx: Context, secret: string): Promise<boolean> =>
  ctx.db.prisma.$transaction(async (tx) => {
    const since = usedSince(ctx);
    const [row] = await tx.$queryRaw<TokenId[]>`
      INSERT INTO tokens (id, hash, name, principal, administrator, created_by, created_at)
      SELECT ${newId(ctx)}::uuid, ${new Uint8Array(hashOf(secret))}, 'bootstrap', ${FIRST}, true, ${SERVER},
        ${ctx.now()}
      WHERE NOT EXISTS (SELECT 1 FROM tokens WHERE administrator AND revoked_at IS NULL
                          AND (expires_at IS NULL OR expires_at > ${ctx.now()})
                          AND NOT (${since}::timestamptz IS NOT NULL AND token_is_idle(id, ${since})))
      ON CONFLICT (hash) DO NOTHING RETURNING id`;
    if (row === undefined) return false;
    const made = await tx.token.findUniqueOrThrow({ where: { id: row.id } });
    // The audit must show the creation of this token like that of any other.
    const after = JSON.stringify(toToken(made));
    await tx.$queryRaw`
      SELECT record_change('token', ${row.id}::uuid, '', 'created', NULL, ${after}::jsonb, NULL,
        ${JSON.stringify({ actor: SERVER })}::jsonb, ${ctx.now()})::text`;
    return true;
  });
