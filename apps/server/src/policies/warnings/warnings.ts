import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction, isStatementTimeout, type Sql, sqlOn } from '@modelbox/db';
import { policyDatasets } from '@modelbox/domain';
import type { PolicyWarning } from '@modelbox/schema';
import type { Context } from '../../context.ts';
import { knownDatasets } from '../known-datasets.ts';
import type { EffectiveHere } from '../owner-chain.ts';
import { evaluateWarnings, labelWarnings, promoteWarnings } from './checks.ts';
import type { Below } from './ranges.ts';
import { retainWarnings } from './retain.ts';

interface Owner {
  readonly kind: 'model' | 'namespace';
  readonly id: string;
}

/**
 * What in the policy that counts here asks for something that no object has now, so that it may be misspelt. A model is
 * warned of all that counts for it; a namespace of its own sections, on all objects below for which they count.
 */
export async function policyWarnings(
  sql: Sql,
  owner: Owner,
  effective: EffectiveHere,
): Promise<PolicyWarning[]> {
  const { document, sources, namespace } = effective;
  const counts = (section: keyof typeof sources) =>
    owner.kind === 'model' || sources[section]?.id === owner.id;
  const [place] = await sql<{ id: string }>('SELECT id FROM namespaces WHERE path = $1::text', [namespace]);
  if (place === undefined) return [];
  const names = policyDatasets(document).map(({ name }) => name);
  const known = await knownDatasets(sql, namespace, names);
  const datasetId = (name: string) => known.get(name)?.id ?? null;
  const below: Below = { ...owner, namespace, namespaceId: place.id, datasetId };
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

/** Milliseconds that an answer may wait for its warnings. */
const BUDGET = 2_000;

const NOT_CHECKED: PolicyWarning = {
  pointer: '',
  code: 'not_checked',
  message: 'Comparing the policy with the objects below it takes too long here; preview it instead.',
};

/** The same for answers that must not wait long: after `BUDGET` the only warning is that nothing was compared. */
export async function quickWarnings(
  ctx: Context,
  owner: Owner,
  effective: EffectiveHere,
): Promise<PolicyWarning[]> {
  const ends = performance.now() + BUDGET;
  const compared = inTransaction(ctx.db.lists, (client) => {
    const sql: Sql = async (text, values) => {
      const left = Math.max(1, Math.floor(ends - performance.now()));
      await client.query(`SET LOCAL statement_timeout = ${left}`);
      return sqlOn(client)(text, values);
    };
    return policyWarnings(sql, owner, effective);
  }).catch((error: unknown) => {
    if (!isStatementTimeout(error)) throw error;
    return [NOT_CHECKED];
  });
  const answered = new AbortController();
  // Lists may hold every connection of the lane for longer.
  const late = pause(BUDGET, [NOT_CHECKED], { signal: answered.signal });
  try {
    return await Promise.race([compared, late]);
  } finally {
    answered.abort();
  }
}
