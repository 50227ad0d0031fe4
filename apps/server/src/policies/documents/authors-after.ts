import { sqlOf, type Tx } from '@modelbox/db';
import {
  decideAccess,
  POLICY_SECTIONS,
  type PolicyDocument,
  type PolicySection,
  permissionsToSet,
  sectionOf,
} from '@modelbox/domain';
import { type Author, authorOf } from '../../access/author.ts';
import { type Authors, effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import { canonicalJson } from '../../core/writes/canonical.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { suspensionsOf } from '../owners/suspensions.ts';
import { ownerOf } from './read.ts';

/**
 * Returns the authors of the sections after an edit. The caller becomes the author of each changed section. A caller
 * with the rights also becomes the author of suspended and authorless sections.
 * @throws HttpProblem forbidden if the caller may not do what a changed section does
 */
export async function authorsAfter(
  tx: Tx,
  ctx: RequestContext,
  owner: Located,
  before: { readonly document: unknown; readonly authors: unknown } | null,
  document: PolicyDocument,
): Promise<Authors> {
  const sql = sqlOf(tx);
  const said = (before?.document ?? {}) as PolicyDocument;
  const had = (before?.authors ?? {}) as Authors;
  const suspended = await suspensionsOf(ctx, sql, await effectiveOf(sql, ownerOf(owner)));
  // If the edit removes a section, the rule of a namespace above applies instead, so the caller needs its permissions.
  const { document: after } = await effectiveOf(sql, ownerOf(owner), document);
  const caller = authorOf(ctx);
  const authors: Partial<Record<PolicySection, Author>> = {};
  for (const section of POLICY_SECTIONS) {
    const lacking = permissionsToSet(after, section).filter(
      (permission) => decideAccess(ctx.actor, permission, owner.namespace) !== 'allowed',
    );
    const now = sectionOf(document, section);
    const isChanged = !isSame(sectionOf(said, section), now);
    if (isChanged && lacking[0] !== undefined) throw forbidden(owner, section, lacking[0]);
    if (now === undefined) continue;
    const isFree = had[section] === undefined || suspended[section] !== undefined;
    const author = isChanged || (isFree && lacking.length === 0) ? caller : had[section];
    if (author) authors[section] = author;
  }
  return authors;
}

const isSame = (before: unknown, after: unknown): boolean =>
  canonicalJson(before ?? null) === canonicalJson(after ?? null);

const NAMES: Readonly<Partial<Record<PolicySection, string>>> = {
  retainVersions: 'retain.versions',
  retainCheckpoints: 'retain.checkpoints',
};

function forbidden({ kind, id, namespace, name }: Located, section: PolicySection, permission: string) {
  const words =
    `The section ${NAMES[section] ?? section} of the policy needs ${permission} on ${namespace} in addition to ` +
    'policy.write: a rule does nothing that its author may not do.';
  return new HttpProblem('forbidden', words).because({ permission, kind, id, namespace, name });
}
