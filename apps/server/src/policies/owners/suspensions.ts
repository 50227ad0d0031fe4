import type { Sql } from '@modelbox/db';
import { decideAccess, POLICY_SECTIONS, type PolicySection, permissionsToAct } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';
import { type Author, authorNow } from '../../access/author.ts';
import type { EffectiveHere } from '../../core/policy-owners/owner-chain.ts';
import type { Context } from '../../protocol/context.ts';

export type Suspensions = Readonly<Partial<Record<PolicySection, string>>>;

export async function suspensionsOf(
  ctx: Pick<Context, 'settings' | 'now'>,
  sql: Sql,
  policy: EffectiveHere,
  sections: readonly PolicySection[] = POLICY_SECTIONS,
): Promise<Suspensions> {
  // On an open server, every caller may do everything.
  if (ctx.settings.auth === 'open') return {};
  const found: Partial<Record<PolicySection, string>> = {};
  for (const section of sections) {
    const author = policy.authors[section];
    const source = policy.sources[section];
    if (author === undefined || source === undefined) continue;
    const namespace = source.kind === 'namespace' ? source.name : policy.namespace;
    const lost = await lostBy(ctx, sql, author, permissionsToAct(policy.document, section), namespace);
    if (lost !== undefined)
      found[section] =
        `${author.name} set the section and ${lost}. The section does nothing until a caller with the needed ` +
        'rights sets the policy again.';
  }
  return found;
}

/** Describes the permissions that a section needs but its author has lost. Undefined if there are none. */
async function lostBy(
  ctx: Pick<Context, 'settings' | 'now'>,
  sql: Sql,
  author: Author,
  needed: readonly Permission[],
  namespace: string,
): Promise<string | undefined> {
  if (needed.length === 0) return undefined;
  const actor = await authorNow(ctx, sql, author);
  if (actor === undefined) return 'the token of the edit is revoked or has expired';
  const lacking = needed.filter((permission) => decideAccess(actor, permission, namespace) !== 'allowed');
  return lacking.length === 0 ? undefined : `no longer has ${lacking.join(', ')} on ${namespace}`;
}
