import { prepared } from '@modelbox/db';
import { type Actor, namespacesWith } from '@modelbox/domain';
import type { Decision } from '@modelbox/schema';
import { cursorAfter } from '../../core/lists/cursor.ts';
import { pageOf } from '../../core/lists/page.ts';
import { type SizedRow, sizedSql } from '../../core/lists/sized.ts';
import type { Context, RequestContext } from '../../protocol/context.ts';
import type { Verb } from '../../protocol/verb.ts';

interface DecisionRow {
  id: string;
  kind: Decision['kind'];
  rule: string | null;
  model: string | null;
  subjectKind: Decision['subject']['kind'];
  subjectId: string;
  subjectName: string;
  outcome: Decision['outcome'];
  words: string;
  clauses: Decision['clauses'];
  inputs: Decision['inputs'];
  cause: Decision['cause'];
  policy: Decision['policy'];
  at: Date;
  repeats: number;
  lastAt: Date;
}

const COLUMNS = `d.id::text, d.kind, d.rule, d.subject_kind AS "subjectKind", d.subject_id AS "subjectId",
  d.subject_name AS "subjectName", d.outcome, d.words, d.clauses, d.inputs, d.cause, d.policy, d.at, d.repeats,
  coalesce(d.last_at, d.at) AS "lastAt",
  (SELECT n.path || '/' || m.name FROM models m JOIN namespaces n ON n.id = m.namespace_id
   WHERE m.id = d.model_id) AS model`;

type Values = [
  of: string,
  subject: string | null,
  kind: string | null,
  rule: string | null,
  outcome: string | null,
  before: number | null,
  limit: number,
  seen: string[] | null,
  bytes: number,
  isEmpty: boolean,
];

/**
 * `$8` are the namespaces whose models the caller may see; null: all. A model may decide on checkpoints of other
 * namespaces.
 */
const by = (name: string, condition: string) =>
  prepared<Values, DecisionRow & SizedRow>(
    `list_decisions_${name}`,
    sizedSql(
      `SELECT ${COLUMNS} FROM decisions d
     WHERE ${condition} AND ($2::uuid IS NULL OR d.subject_id = $2) AND ($3::text IS NULL OR d.kind = $3)
       AND ($4::text IS NULL OR d.rule = $4) AND ($5::text IS NULL OR d.outcome = $5)
       AND ($6::bigint IS NULL OR d.id < $6)
       AND ($8::text[] IS NULL OR d.model_id IS NULL OR EXISTS (
         SELECT 1 FROM models m JOIN namespaces n ON n.id = m.namespace_id, unnest($8::text[]) AS v (path)
         WHERE m.id = d.model_id AND (v.path = '' OR is_at_or_below(n.path, v.path))))
     ORDER BY d.id DESC LIMIT $7`,
      '$9',
      '$10',
    ),
  );

const byModel = by('model', 'd.model_id = $1');
const bySubject = by('subject', 'd.subject_id = $1');
const byNamespace = by('namespace', 'd.namespace_id = $1');

export const toDecision = (row: DecisionRow): Decision => ({
  id: row.id,
  kind: row.kind,
  rule: row.rule,
  model: row.model,
  subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
  outcome: row.outcome,
  words: row.words,
  clauses: row.clauses,
  inputs: row.inputs,
  cause: row.cause,
  policy: row.policy,
  at: row.at.toISOString(),
  repeats: row.repeats,
  lastAt: row.lastAt.toISOString(),
});

interface Narrowed {
  readonly kind?: Decision['kind'] | undefined;
  readonly rule?: string | undefined;
  readonly outcome?: Decision['outcome'] | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

async function page(
  ctx: RequestContext,
  list: typeof byModel,
  of: string,
  query: Narrowed,
  subject: string | null = null,
) {
  const { kind = null, rule = null, outcome = null } = query;
  const seen = seenBy(ctx.actor);
  const body = await pageOf(ctx, {
    limit: query.limit,
    after: cursorAfter(query.cursor, 'number'),
    read: (before, count, { bytes, isEmpty }) =>
      list(ctx.db.requests, of, subject, kind, rule, outcome, before ?? null, count, seen, bytes, isEmpty),
    toItem: toDecision,
    cursorOf: (row: DecisionRow) => Number(row.id),
  });
  return { status: 200, body };
}

function seenBy({ grants }: Actor): string[] | null {
  const paths = grants === 'all' ? 'all' : namespacesWith(grants, 'policy.read');
  return paths === 'all' ? null : paths;
}

export const modelDecisions: Verb<'models.decisions.list'> = (ctx, { query, touched }) =>
  page(ctx, byModel, touched.model.id, query, touched.version?.id);

export const objectDecisions: Verb<'versions.decisions.list' | 'checkpoints.decisions.list'> = (
  ctx,
  { query, touched },
) => page(ctx, bySubject, touched.object.id, query);

export const namespaceDecisions: Verb<'namespaces.decisions.list'> = (ctx, { query, touched }) =>
  page(ctx, byNamespace, touched.namespace.id, query);

export async function lastDecision(ctx: Context, subjectId: string, rule: string): Promise<Decision | null> {
  const [row] = await bySubject(
    ctx.db.requests,
    subjectId,
    null,
    'label',
    rule,
    null,
    null,
    1,
    null,
    0,
    true,
  );
  return row === undefined ? null : toDecision(row);
}
