import { setTimeout as pause } from 'node:timers/promises';
import { isUnavailable, type Sql, sqlOn, TooManyParameters } from '@modelbox/db';
import { policyDatasets } from '@modelbox/domain';
import type { PolicyWarning } from '@modelbox/schema';
import type { EffectiveHere } from '../../core/policy-owners/owner-chain.ts';
import type { RequestContext } from '../../protocol/context.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import { knownDatasets } from '../owners/known-datasets.ts';
import { evaluateWarnings, labelWarnings, promoteWarnings } from './checks.ts';
import type { Below } from './ranges.ts';
import { retainWarnings } from './retain.ts';

interface Owner {
  readonly kind: 'model' | 'namespace';
  readonly id: string;
}

/**
 * Warns about parts of the policy in force that ask for something that no object has, because it may be misspelt. For a
 * model, it checks all sections in force. For a namespace, it checks its own sections against the objects that they
 * govern.
 */
export async function policyWarnings(
  sql: Sql,
  owner: Owner,
  effective: EffectiveHere,
): Promise<PolicyWarning[]> {
  const { document, sources, namespace } = effective;
  const counts = (section: keyof typeof sources) =>
    owner.kind === 'model' || sources[section]?.id === owner.id;
  const [row] = await sql<{ id: string }>('SELECT id FROM namespaces WHERE path = $1::text', [namespace]);
  if (row === undefined) return [];
  const names = policyDatasets(document).map(({ name }) => name);
  const known = await knownDatasets(sql, namespace, names);
  const datasetId = (name: string) => known.get(name)?.id ?? null;
  const below: Below = { ...owner, namespace, namespaceId: row.id, datasetId };
  const { evaluate, label, promote, retain } = document;
  return [
    ...(evaluate && counts('evaluate') ? await evaluateWarnings(sql, below, evaluate) : []),
    ...(label && counts('label') ? await labelWarnings(sql, below, label) : []),
    ...(promote && counts('promote') ? await promoteWarnings(sql, below, promote) : []),
    ...(retain?.versions && counts('retainVersions')
      ? await retainWarnings(sql, below, 'version', retain.versions)
      : []),
    ...(owner.kind === 'namespace' && retain?.checkpoints && counts('retainCheckpoints')
      ? await retainWarnings(sql, below, 'checkpoint', retain.checkpoints)
      : []),
  ];
}

/** Milliseconds that an answer waits for its warnings: for the turn, and for the comparison. */
const BUDGET = { wait: 500, deadline: 1_500 };

const NOT_CHECKED: PolicyWarning = {
  pointer: '',
  code: 'not_checked',
  message: 'Comparing the policy with the objects below it takes too long here. Preview the policy instead.',
};

/**
 * Returns the warnings for answers that must not wait long. Beyond `BUDGET`, the only warning is that nothing was
 * compared, so the cost of the comparison never fails the answer.
 */
export async function quickWarnings(
  ctx: RequestContext,
  owner: Owner,
  effective: EffectiveHere,
): Promise<PolicyWarning[]> {
  const compared = ctx.costs
    .run(ctx, ({ db }) => policyWarnings(sqlOn(db.requests), owner, effective), BUDGET)
    .catch((error: unknown) => {
      const isTooMuch = error instanceof HttpProblem || error instanceof TooManyParameters;
      if (isTooMuch || isUnavailable(error)) return [NOT_CHECKED];
      throw error;
    });
  const answered = new AbortController();
  // Waiting for a connection can also take too long.
  const late = pause(BUDGET.wait + BUDGET.deadline, [NOT_CHECKED], { signal: answered.signal });
  try {
    return await Promise.race([compared, late]);
  } finally {
    answered.abort();
  }
}
