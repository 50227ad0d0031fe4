import type { Sql } from '@modelbox/db';
import type { ClauseVerdict, PolicyOwner } from '@modelbox/domain';
import type { Decision } from '@modelbox/schema';

export interface NewDecision {
  readonly kind: Decision['kind'];
  readonly rule: string | null;
  readonly modelId: string | null;
  readonly namespaceId: string | null;
  readonly subject: Decision['subject'];
  readonly outcome: Decision['outcome'];
  readonly words: string;
  readonly clauses: readonly ClauseVerdict[];
  readonly inputs: object;
  readonly cause: object;
  readonly policy: (PolicyOwner & { readonly edit: number }) | null;
  readonly at: Date;
}

/**
 * Stores decisions in the transaction that applies them, and returns their ids in order. A repeated decision only
 * increments a counter.
 */
export async function storeDecisions(sql: Sql, decisions: readonly NewDecision[]): Promise<string[]> {
  if (decisions.length === 0) return [];
  const rows = decisions.map(({ subject, policy, ...decision }) => ({
    ...decision,
    subjectKind: subject.kind,
    subjectId: subject.id,
    subjectName: subject.name,
    policy: policy && { kind: policy.kind, id: policy.id, edit: policy.edit },
  }));
  const stored = await sql<{ id: string }>(
    `SELECT store_decision(value)::text AS id FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS d (value, ord)
     ORDER BY ord`,
    [JSON.stringify(rows)],
  );
  return stored.map(({ id }) => id);
}
