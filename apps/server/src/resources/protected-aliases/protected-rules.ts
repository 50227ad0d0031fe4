import type { Sql } from '@modelbox/db';
import { actingRules, type PolicyDocument } from '@modelbox/domain';
import { ROLES } from '@modelbox/schema';
import type { EffectiveHere } from '../../core/policy-owners/owner-chain.ts';
import { canonicalJson } from '../../core/writes/canonical.ts';
import type { Located } from '../../protocol/located.ts';
import { countFor, FROM, type ProtectionRow } from './rows.ts';
import { type StandingRule, standingRules } from './rule-texts.ts';
import { consentWords } from './words.ts';

/** The demands of all protections of an alias by `rule` on the rule of a policy for that alias. */
export interface ProtectedRule extends StandingRule {
  /** The rule uses only values whose author each of these trusts. Empty: it uses all values. */
  readonly trust: readonly Trust[];
  /** The reason why the rule must not move the alias. Undefined if an admin of each protection has allowed it. */
  readonly waits: string | undefined;
}

export interface Trust {
  readonly roles: readonly string[];
  readonly principals: readonly string[];
}

interface Row extends Pick<ProtectionRow, 'evaluatorRole' | 'evaluators'> {
  alias: string;
  namespace: string;
  model: string | null;
  digest: string | null;
  givenBy: string | null;
  givenAt: Date | null;
}

export type RuleScope = Pick<Located, 'kind' | 'id' | 'namespace'>;

/**
 * Returns the labelling rules in force in a scope for aliases that are protected by `rule`, by alias.
 * @param draft of the scope's own policy. `policy` already includes it.
 */
export async function protectedRulesOf(
  sql: Sql,
  scope: RuleScope,
  policy: EffectiveHere,
  draft?: PolicyDocument,
): Promise<ReadonlyMap<string, ProtectedRule>> {
  const source = policy.sources.label;
  const acting = actingRules(policy, policy.namespace);
  if (source === undefined || acting.length === 0) return new Map();
  const rows = await sql<Row>(
    `SELECT p.alias, n.path AS namespace, m.name AS model, p.evaluator_role AS "evaluatorRole", p.evaluators, c.digest,
       c.given_by AS "givenBy", c.given_at AS "givenAt"
     FROM ${FROM} LEFT JOIN rule_consents c ON c.protection_id = p.id AND c.owner_id = $4::uuid
     WHERE p.alias = ANY ($1::text[]) AND p.movable_by = 'rule' AND ${countFor('$2::uuid', '$3')}
     ORDER BY n.path, p.model_id NULLS FIRST`,
    [
      acting.map(({ rule }) => rule.alias),
      scope.kind === 'model' ? scope.id : null,
      scope.namespace,
      source.id,
    ],
  );
  if (rows.length === 0) return new Map();
  const rules = await standingRules(sql, source, source.id === scope.id ? draft : undefined);
  const protectedRules = new Map<string, ProtectedRule>();
  for (const { rule } of acting) {
    const concerned = rows.filter(({ alias }) => alias === rule.alias);
    if (concerned.length === 0) continue;
    const standing = rules.get(rule.alias ?? '');
    // The policy was read before its rules. If it was edited in between, the consent belongs to another text.
    const isSame = standing !== undefined && canonicalJson(standing.rule) === canonicalJson(rule);
    const first = concerned.find(({ digest }) => !isSame || digest !== standing.digest);
    const waits = first && consentWords(first, source.name, rule.name);
    protectedRules.set(rule.alias ?? '', {
      evaluate: [],
      digest: '',
      ...standing,
      rule,
      waits,
      trust: concerned.flatMap(trustOf),
    });
  }
  return protectedRules;
}

/** Logging needs the role contributor, so a protection that trusts contributors or viewers trusts every author. */
function trustOf({ evaluatorRole: role, evaluators: principals }: Row): Trust[] {
  if (role === 'contributor' || role === 'viewer') return [];
  return [{ roles: role === null ? [] : ROLES.slice(ROLES.indexOf(role)), principals }];
}

export const waitingOf = (rules: ReadonlyMap<string, ProtectedRule>) =>
  [...rules].flatMap(([alias, { rule, waits }]) =>
    waits === undefined ? [] : [{ rule: rule.name, alias, words: waits }],
  );
