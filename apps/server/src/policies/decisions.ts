import type { ClauseVerdict, PolicyOwner } from '@modelbox/domain';
import type { Decision } from '@modelbox/schema';
import type { Sql } from '../writes/sql.ts';

/** A decision to be stored. */
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

/** Stores decisions in the transaction that carries them out; gives their ids, in their order. */
export async function storeDecisions(sql: Sql, decisions: readonly NewDecision[]): Promise<string[]> {
  if (decisions.length === 0) return [];
  const rows = decisions.map((decision) => ({
    ...decision,
    subjectKind: decision.subject.kind,
    subjectId: decision.subject.id,
    subjectName: decision.subject.name,
    policy: decision.policy && {
      kind: decision.policy.kind,
      id: decision.policy.id,
      edit: decision.policy.edit,
    },
  }));
  const stored = await sql<{ id: string }>(
    `INSERT INTO decisions (kind, rule, model_id, namespace_id, subject_kind, subject_id, subject_name, outcome, words,
                            clauses, inputs, cause, policy, at)
     SELECT d.kind, d.rule, d."modelId", d."namespaceId", d."subjectKind", d."subjectId", d."subjectName", d.outcome, d.words,
            d.clauses, d.inputs, d.cause, d.policy, d.at
     FROM jsonb_to_recordset($1::jsonb) AS d (
       kind text, rule text, "modelId" uuid, "namespaceId" uuid, "subjectKind" text, "subjectId" uuid, "subjectName" text,
       outcome text, words text, clauses jsonb, inputs jsonb, cause jsonb, policy jsonb, at timestamptz)
     RETURNING id::text`,
    [JSON.stringify(rows)],
  );
  return stored.map(({ id }) => id);
}
