import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { Answered } from '../../protocol/verb.ts';
import { ownerOf, readProtections } from './rows.ts';

export async function getProtection(ctx: RequestContext, object: Located, alias: string): Promise<Answered> {
  const row = await ctx.db.prisma.protectedAlias.findFirst({ where: { ...ownerOf(object), alias } });
  const [readout] = row === null ? [] : await readProtections(ctx, [row.id]);
  if (readout === undefined) throw notProtected(object, alias);
  const { body, etag } = readout;
  return { status: 200, body, ...(etag ? { etag } : {}) };
}

export const notProtected = ({ kind }: Located, alias: string): HttpProblem =>
  new HttpProblem(
    'not_found',
    `The alias "${alias}" has no protection on this ${kind} itself. If a namespace above has one, name that namespace.`,
  );
