import { hashOf } from '../access/token-identity.ts';
import { SERVER } from '../access/token-tree.ts';
import { newId } from '../core/names/ids.ts';
import type { Context } from '../protocol/context.ts';
import { toToken } from '../resources/tokens/tokens.ts';

type TokenId = { readonly id: string };

/** The first administrator. */
const FIRST = 'user:admin';

/**
 * Makes a secret that the operator has chosen the token of the first administrator, as long as no administrator has a
 * token that counts. Gives whether it did.
 */
export const bootstrap = (ctx: Context, secret: string): Promise<boolean> =>
  ctx.db.prisma.$transaction(async (tx) => {
    const { tokenIdleExpiry } = ctx.settings;
    const usedSince = tokenIdleExpiry === 'none' ? null : new Date(ctx.now().getTime() - tokenIdleExpiry);
    const [row] = await tx.$queryRaw<TokenId[]>`
      INSERT INTO tokens (id, hash, name, principal, administrator, created_by, created_at)
      SELECT ${newId(ctx)}::uuid, ${new Uint8Array(hashOf(secret))}, 'bootstrap', ${FIRST}, true, ${SERVER}, ${ctx.now()}
      WHERE NOT EXISTS (SELECT 1 FROM tokens WHERE administrator AND revoked_at IS NULL
                          AND (expires_at IS NULL OR expires_at > ${ctx.now()})
                          AND NOT (${usedSince}::timestamptz IS NOT NULL AND token_is_idle(id, ${usedSince})))
      ON CONFLICT (hash) DO NOTHING RETURNING id`;
    if (row === undefined) return false;
    const made = await tx.token.findUniqueOrThrow({ where: { id: row.id } });
    // Like every token: whoever reads the record of writes sees where this one comes from.
    const after = JSON.stringify(toToken(made));
    await tx.$queryRaw`
      SELECT record_change('token', ${row.id}::uuid, '', 'created', NULL, ${after}::jsonb, NULL,
        ${JSON.stringify({ actor: SERVER })}::jsonb, ${ctx.now()})::text`;
    return true;
  });
