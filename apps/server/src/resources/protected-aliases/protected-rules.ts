import type { Sql } from '@modelbox/db';
import { actingRules, type PolicyDocument } from '@modelbox/domain';
import { ROLES } from '@modelbox/schema';
import type { EffectiveHere } from '../../core/policy-owners/owner-chain.ts';
import { canonicalJson } from '../../core/writes/canonical.ts';
import type { Located } from '../../protocol/located.ts';
import { countFor, FROM, type ProtectionRow } from './rows.ts';
import { type StandingRule, standingRules } from './rule-texts.ts';
import { consentWords } from './words.ts';

/** The demands that the protections of an alias by `rule` make of a policy's rule for the alias. */
export interface ProtectedRule extends StandingRule {
  /** Each of these must trust the author of a value. Empty: the rule uses all values. */
  readonly trust: readonly Trust[];
  /** Why the rule must not move the alias; undefined if an admin of each protection has allowed it. */
  readonly waits: string | undefined;
}

/** The roles and principals that one protection trusts. */
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

/** The scope whose rules are read: a model, or all models below a namespace. */
export type RuleScope = Pick<Located, 'kind' | 'id' | 'namespace'>;

/**
 * The labelling rules of aliases that are protected by `rule` in a scope, by alias.
 * @param draft of the scope's own policy, which `policy` has taken in already.
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
    `SELECT p.alias, n.path AS namespace, m.name AS model, p.evaluator_role AS "evaluatorRole", p.evaluators, c.digest, c.given_by AS "givenBy", c.given_at AS "givenAt"
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
    // The policy was read before its rules. After an edit between the two, the consent belongs to another text.
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

/** Logging needs the role contributor, so a protection that trusts it, or a lower role, trusts everybody. */
function trustOf({ evaluatorRole: role, evaluators: principals }: Row): Trust[] {
  if (role === 'contributor' || role === 'viewer') return [];
  return [{ roles: role === null ? [] : ROLES.slice(ROLES.indexOf(role)), principals }];
}

/** The rules that wait, as answers tell them. */
export const waitingOf = (rules: ReadonlyMap<string, ProtectedRule>) =>
  [...rules].flatMap(([alias, { rule, waits }]) =>
    waits === undefined ? [] : [{ rule: rule.name, alias, words: waits }],
  );
