import { createHash } from 'node:crypto';
import type { Sql } from '@modelbox/db';
import { actingRules, type PolicyDocument, type PolicyOwner, type RuleText } from '@modelbox/domain';
import { effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import { canonicalJson } from '../../core/writes/canonical.ts';

export interface StandingRule extends RuleText {
  readonly digest: string;
}

/**
 * Returns the labelling rules of a policy by alias. `evaluate` comes from this policy or from one above: a policy below
 * must not weaken an allowed text.
 * @param draft replaces the owner's policy.
 */
export async function standingRules(
  sql: Sql,
  owner: PolicyOwner,
  draft?: PolicyDocument,
): Promise<ReadonlyMap<string, StandingRule>> {
  const effective = await effectiveOf(sql, owner, draft);
  if (effective.sources.label?.id !== owner.id) return new Map();
  return new Map(
    actingRules(effective, effective.namespace).map((text) => [
      text.rule.alias ?? '',
      { ...text, digest: digestOf(owner.id, text) },
    ]),
  );
}

/** The digest includes the owner: the same text in another policy is another rule. */
const digestOf = (ownerId: string, { rule, evaluate }: RuleText): string =>
  createHash('sha256')
    .update(canonicalJson({ owner: ownerId, rule, evaluate }))
    .digest('hex');
