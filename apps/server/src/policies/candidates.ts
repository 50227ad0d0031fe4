import { amountOf, compileFilter, type LabelRule } from '@modelbox/domain';
import { versionSchema } from '../versions/list.ts';
import { filterOf, type Session } from './session.ts';

/** Looked at together. */
const PAGE = 100;

/** The other ready version with the best value of the rule's metric; null where none has one. */
export async function bestOther(
  session: Session,
  rule: LabelRule,
  versionId: string,
): Promise<string | null> {
  const datasetId = session.datasetId(rule.dataset);
  if (datasetId === undefined) return null;
  const [row] = await session.sql<{ id: string }>(
    `SELECT v.id FROM metric_series s JOIN versions v ON v.id = s.object_id
     WHERE s.scope_id = $1::uuid AND s.key = $2 AND ${isDataset(datasetId, '$3')} AND s.value <> 'NaN' AND v.id <> $4::uuid
       AND v.model_id = $1::uuid AND v.status = 'ready' AND v.deleted_at IS NULL AND v.files_removed_at IS NULL
     ORDER BY s.value ${direction(rule)}, v.created_at, v.id LIMIT 1`,
    [session.model.id, rule.metric, datasetId, versionId],
  );
  return row?.id ?? null;
}

/** Without a dataset is a condition of its own: only so does the index on series serve it. */
const isDataset = (id: string | null, param: string): string =>
  id === null ? `(${param}::uuid IS NULL AND s.dataset_id IS NULL)` : `s.dataset_id = ${param}::uuid`;

const direction = (rule: LabelRule): string => (rule.direction === 'max' ? 'DESC' : 'ASC');

/**
 * The versions that a rule may prefer to the present holder, the most promising first: what the database can tell apart by
 * an index and by the filter. Whether one really is preferred, the rule itself says.
 * @param holder of the alias and its value; null where there is none.
 */
export async function* candidates(
  session: Session,
  rule: LabelRule,
  holder: { readonly id: string; readonly value: number | null } | null,
): AsyncGenerator<string> {
  const datasetId = session.datasetId(rule.dataset);
  if (datasetId === undefined) return;
  const bound = typeof rule.than === 'number' ? rule.than : (holder?.value ?? null);
  const least =
    bound === null || Number.isNaN(bound) ? null : bound + signed(rule, amountOf(rule.margin, bound));
  const filter = filterOf(rule.filter);
  const passes = filter === null ? { sql: 'true', params: [] } : compileFilter(filter, versionSchema, 8);
  // Of those that pass a bound the newest counts; otherwise the best, and of the same value the first.
  const order =
    typeof rule.than === 'number'
      ? 'v.created_at DESC, v.id DESC'
      : `s.value ${direction(rule)}, v.created_at, v.id`;
  for (let offset = 0; ; offset += PAGE) {
    const rows = await session.sql<{ id: string }>(
      `SELECT v.id FROM metric_series s JOIN versions v ON v.id = s.object_id
       WHERE s.scope_id = $1::uuid AND $2::uuid IS NOT NULL AND s.key = $3 AND ${isDataset(datasetId, '$4')}
         AND s.value <> 'NaN' AND ($5::float8 IS NULL OR s.value ${rule.direction === 'max' ? '>' : '<'} $5::float8)
         AND v.id IS DISTINCT FROM $6::uuid AND v.model_id = $1::uuid AND v.status = 'ready' AND v.deleted_at IS NULL AND v.files_removed_at IS NULL
         AND ($7::text IS NULL OR NOT v.tags @> ARRAY[$7::text]) AND ${passes.sql}
       ORDER BY ${order} LIMIT ${PAGE} OFFSET ${offset}`,
      [
        session.model.id,
        session.model.namespaceId,
        rule.metric,
        datasetId,
        least,
        holder?.id ?? null,
        rule.tag ?? null,
        ...passes.params,
      ],
    );
    for (const { id } of rows) yield id;
    if (rows.length < PAGE) return;
  }
}

const signed = ({ direction: d }: LabelRule, amount: number): number => (d === 'max' ? amount : -amount);
