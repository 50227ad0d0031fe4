import type { Sql } from '@modelbox/db';
import type { PolicySection, PolicySources } from '@modelbox/domain';
import { type NewDecision, storeDecisions } from './decisions.ts';

const KINDS: Readonly<Record<Exclude<PolicySection, 'evaluate'>, NewDecision['kind']>> = {
  label: 'label',
  promote: 'promote',
  retainVersions: 'retain',
  retainCheckpoints: 'retain',
  staleAfter: 'stale',
};

/** A section that is suspended because its author lost rights, and the model or namespace that it concerns. */
export interface Suspended {
  readonly section: keyof typeof KINDS;
  readonly words: string;
  readonly kind: 'model' | 'namespace';
  readonly id: string;
  readonly name: string;
  readonly source: NonNullable<PolicySources['label']> | null;
}

export const suspendedDecision = (
  { section, words, kind, id, name, source }: Suspended,
  cause: object,
  at: Date,
): NewDecision => ({
  kind: KINDS[section],
  rule: null,
  modelId: kind === 'model' ? id : null,
  namespaceId: kind === 'namespace' ? id : null,
  subject: { kind, id, name },
  outcome: 'suspended',
  words: `The section ${section} is suspended for ${name}: ${words}`,
  clauses: [],
  inputs: { section },
  cause,
  policy: source,
  at,
});

/** Stores that a section is suspended, unless the last decision already says so: runs are frequent. */
export async function noteSuspended(sql: Sql, suspended: Suspended, at: Date): Promise<void> {
  const decision = suspendedDecision(suspended, { schedule: 'retention' }, at);
  const [last] = await sql<{ isSame: boolean }>(
    `SELECT outcome = 'suspended' AND words = $3 AND policy->>'edit' = $4 AS "isSame" FROM decisions
     WHERE subject_id = $1::uuid AND kind = $2 ORDER BY id DESC LIMIT 1`,
    [suspended.id, decision.kind, decision.words, String(suspended.source?.edit)],
  );
  if (!last?.isSame) await storeDecisions(sql, [decision]);
}
