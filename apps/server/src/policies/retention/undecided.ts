import { sqlOn } from '@modelbox/db';
import { nameWords, type Undecided, undecidedWords } from '@modelbox/domain';
import type { Context } from '../../protocol/context.ts';
import { type NewDecision, storeDecisions } from '../engine/decisions.ts';
import type { Scope } from './scope.ts';

/**
 * Stores that clauses keep everything, because nothing in their scope has a name that they ask for. Stores it once per
 * edit of the policy and set of names, not at every run.
 */
export async function noteUndecided(
  ctx: Context,
  scope: Scope,
  undecided: readonly Undecided[],
): Promise<void> {
  const sql = sqlOn(ctx.db.background);
  const decision = decisionOf(ctx, scope, undecided);
  const [last] = await sql<{ isSame: boolean }>(
    `SELECT d.policy->>'edit' = $2 AND d.policy->>'id' = $3 AND d.inputs->'missing' = $4::jsonb AS "isSame"
     FROM decisions d WHERE d.subject_id = $1 AND d.kind = 'retain' AND d.outcome = 'kept' ORDER BY d.id DESC LIMIT 1`,
    [scope.id, String(scope.source.edit), scope.source.id, JSON.stringify(missingOf(undecided))],
  );
  if (!last?.isSame) await storeDecisions(sql, [decision]);
}

const missingOf = (undecided: readonly Undecided[]) =>
  undecided.map(({ clauseIndex, name }) => ({ clause: `keep[${clauseIndex}]`, name: nameWords(name) }));

function decisionOf(ctx: Context, scope: Scope, undecided: readonly Undecided[]): NewDecision {
  const kind = scope.kind === 'version' ? 'model' : 'namespace';
  const words = undecided.map((each) => undecidedWords(scope, each));
  return {
    kind: 'retain',
    rule: null,
    modelId: kind === 'model' ? scope.id : null,
    namespaceId: kind === 'namespace' ? scope.id : null,
    subject: { kind, id: scope.id, name: scope.name },
    outcome: 'kept',
    words: `${scope.name} keeps what its rule cannot judge: ${words.join('; ')}.`,
    clauses: undecided.map((each, index) => ({
      clause: `keep[${each.clauseIndex}]`,
      holds: true,
      words: words[index] ?? '',
      inputs: { missing: nameWords(each.name), missingIn: each.missing, of: each.of },
    })),
    inputs: { missing: missingOf(undecided), remove: scope.rule.remove },
    cause: { schedule: 'retention' },
    policy: scope.source,
    at: ctx.now(),
  };
}
