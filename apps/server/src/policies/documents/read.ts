import { sqlOn } from '@modelbox/db';
import { POLICY_SECTIONS } from '@modelbox/domain';
import type { Policy, PolicyDocument } from '@modelbox/schema';
import { type EffectiveHere, effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import { etagOf } from '../../protocol/http/preconditions.ts';
import type { Readout } from '../../protocol/kinds.ts';
import type { Located } from '../../protocol/located.ts';
import type { Verb } from '../../protocol/verb.ts';
import { protectedRulesOf, waitingOf } from '../../resources/protected-aliases/protected-rules.ts';
import { suspensionsOf } from '../owners/suspensions.ts';
import { quickWarnings } from '../warnings/warnings.ts';

async function readPolicy(ctx: RequestContext, owner: PolicyOwnerRow): Promise<Readout<Policy>> {
  const row = await ctx.db.prisma.policy.findUnique({ where: { ownerId: owner.id } });
  const effective = await effectiveOf(sqlOn(ctx.db.requests), owner);
  const { document } = effective;
  return {
    id: owner.id,
    body: {
      ...((row?.document ?? {}) as PolicyDocument),
      edit: row?.edit ?? 0,
      editedBy: row?.editedBy ?? null,
      editedAt: row?.editedAt.toISOString() ?? null,
      effective: document as PolicyDocument,
      sources: await sourcesOf(ctx, effective),
      waiting: waitingOf(
        await protectedRulesOf(
          sqlOn(ctx.db.requests),
          { ...owner, namespace: effective.namespace },
          effective,
        ),
      ),
      warnings: await quickWarnings(ctx, owner, effective),
    },
    etag: etagOf(row?.edit ?? 0),
    crossNamespace: undefined,
  };
}

/** Returns the source and the author of each section in force, and the reason if the section is suspended. */
async function sourcesOf(ctx: Context, effective: EffectiveHere): Promise<Policy['sources']> {
  const suspended = await suspensionsOf(ctx, sqlOn(ctx.db.requests), effective);
  const sources: Policy['sources'] = {};
  for (const section of POLICY_SECTIONS) {
    const source = effective.sources[section];
    if (source === undefined) continue;
    const author = effective.authors[section]?.name ?? null;
    const words = suspended[section];
    sources[section] = { ...source, author, ...(words === undefined ? {} : { suspended: words }) };
  }
  return sources;
}

export interface PolicyOwnerRow {
  readonly kind: 'model' | 'namespace';
  readonly id: string;
  readonly name: string;
}

export const ownerOf = ({ kind, id, namespace, name }: Located): PolicyOwnerRow =>
  kind === 'model' ? { kind, id, name: `${namespace}/${name}` } : { kind: 'namespace', id, name: namespace };

export const getPolicy: Verb<'models.policy.get' | 'namespaces.policy.get'> = async (
  ctx,
  { touched: { owner } },
) => {
  const { body, etag } = await readPolicy(ctx, ownerOf(owner));
  return { status: 200, body, ...(etag ? { etag } : {}) };
};

/** Reads a policy for its caller, who pays for the comparison behind the warnings. */
export async function readPolicyById(ctx: RequestContext, id: string): Promise<Readout<Policy> | undefined> {
  const row = await ctx.db.prisma.policy.findUnique({ where: { id } });
  if (row === null) return undefined;
  const kind = row.ownerKind as PolicyOwnerRow['kind'];
  return { ...(await readPolicy(ctx, { kind, id: row.ownerId, name: '' })), id };
}
