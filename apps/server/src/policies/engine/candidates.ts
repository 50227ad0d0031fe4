import {
  boundOf,
  compileFilter,
  durationOf,
  type LabelRule,
  measuredValue,
  usesMetrics,
  type VersionFacts,
} from '@modelbox/domain';
import { versionSchema } from '../../resources/versions/filter-schema.ts';
import { evaluateOf, filterOf, type ReadSession, trustOf } from './session.ts';
import { trustedSeries } from './trusted.ts';

const PAGE = 100;

/** Returns the best other ready version by the metric of the rule. Null if none has a value. */
export async function bestOther(
  session: ReadSession,
  rule: LabelRule,
  versionId: string,
): Promise<string | null> {
  const query = createQuery(session, rule);
  if (query === undefined) return null;
  const [row] = await session.sql<{ id: string }>(
    `SELECT v.id FROM ${query.from} AND v.id <> ${query.param(versionId)}::uuid ORDER BY ${query.best} LIMIT 1`,
    query.values,
  );
  return row?.id ?? null;
}

/** A query over the ready versions of the model that have the metric of the rule. */
interface Query {
  readonly from: string;
  /** Order by value, the best first. The oldest version wins a tie. */
  readonly best: string;
  readonly values: unknown[];
  /** `metric_series`, or only its trusted values. */
  readonly series: string;
  param(value: unknown): string;
}

/** Undefined if the dataset of the rule does not exist: then no version has a value on it. */
function createQuery(session: ReadSession, rule: LabelRule): Query | undefined {
  const datasetId = session.datasetId(rule.dataset);
  if (datasetId === undefined) return undefined;
  const values: unknown[] = [session.model.id];
  const param = (value: unknown): string => `$${values.push(value)}`;
  // A separate condition for a missing dataset, because only this form can use the index on series.
  const dataset = datasetId === null ? 's.dataset_id IS NULL' : `s.dataset_id = ${param(datasetId)}::uuid`;
  const series = trustedSeries(trustOf(session, rule), '$1::uuid', param);
  const from = `${series} s JOIN versions v ON v.id = s.object_id
    WHERE s.scope_id = $1::uuid AND s.key = ${param(rule.metric)}::text AND ${dataset} AND s.value <> 'NaN'
      AND v.model_id = $1::uuid AND v.status = 'ready' AND v.deleted_at IS NULL AND v.files_removed_at IS NULL`;
  const best = `s.value ${rule.direction === 'max' ? 'DESC' : 'ASC'}, v.created_order`;
  return { from, best, values, series, param };
}

/**
 * Yields versions that a rule may prefer to the holder, the best first. The SQL covers nearly all clauses, so `judge`
 * rejects few rows, mostly after a person undid a decision.
 * @param holder of the alias; null if there is none.
 */
export async function* candidates(
  session: ReadSession,
  rule: LabelRule,
  holder: VersionFacts | null,
): AsyncGenerator<string> {
  const query = createQuery(session, rule);
  if (query === undefined) return;
  const conditions = [
    'true',
    ...betterThan(query, rule, holder),
    ...(holder ? [`v.id <> ${query.param(holder.id)}::uuid`] : []),
    ...(rule.tag === undefined ? [] : [`NOT v.tags @> ARRAY[${query.param(rule.tag)}::text]`]),
    ...notWorse(session, query, rule, holder),
    ...withFiles(query, rule),
    ...evaluated(session, query, rule),
    ...(rule.minAge === undefined
      ? []
      : [`v.ready_at <= ${query.param(bornBefore(session, rule.minAge))}::timestamptz`]),
    ...filtered(session, query, rule),
  ];
  // With a fixed bound the newest version wins. With `any`, only the best version can be better than all others.
  const order = typeof rule.than === 'number' ? 'v.created_order DESC' : query.best;
  const page = rule.than === 'any' && rule.alias !== undefined ? 1 : PAGE;
  for (let offset = 0; ; offset += page) {
    const rows = await session.sql<{ id: string }>(
      `SELECT v.id FROM ${query.from} AND ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ${page} OFFSET ${offset}`,
      query.values,
    );
    for (const { id } of rows) yield id;
    if (rows.length < page || page === 1) return;
  }
}

/** Versions that became ready before this time have the minimum age. */
const bornBefore = ({ ctx }: ReadSession, minAge: string): Date =>
  new Date(ctx.now().getTime() - durationOf(minAge));

/** Returns the time at which the next version reaches the minimum age. Null if no version is too young. */
export async function nextBirthday(session: ReadSession, minAge: string): Promise<Date | null> {
  const { sql, model } = session;
  const [row] = await sql<{ readyAt: Date | null }>(
    `SELECT min(v.ready_at) AS "readyAt" FROM versions v
     WHERE v.model_id = $1::uuid AND v.status = 'ready' AND v.deleted_at IS NULL AND v.ready_at > $2::timestamptz`,
    [model.id, bornBefore(session, minAge)],
  );
  return row?.readyAt ? new Date(row.readyAt.getTime() + durationOf(minAge)) : null;
}

function betterThan(query: Query, rule: LabelRule, holder: VersionFacts | null): string[] {
  const isMax = rule.direction === 'max';
  const other = typeof rule.than === 'number' ? rule.than : holder && measuredValue(holder.object, rule);
  if (other === null || Number.isNaN(other)) return [];
  const bound = query.param(boundOf(other, rule.direction, rule.margin, 'better'));
  return [`s.value ${isMax ? '>' : '<'} ${bound}::float8`];
}

function notWorse(
  session: ReadSession,
  query: Query,
  rule: LabelRule,
  holder: VersionFacts | null,
): string[] {
  return (rule.notWorse ?? []).flatMap((other) => {
    const theirs = holder && measuredValue(holder.object, other);
    const datasetId = session.datasetId(other.dataset);
    if (theirs === null || Number.isNaN(theirs) || datasetId === undefined) return [];
    const isMax = other.direction === 'max';
    const dataset =
      datasetId === null ? 'o.dataset_id IS NULL' : `o.dataset_id = ${query.param(datasetId)}::uuid`;
    const bound = query.param(boundOf(theirs, other.direction, other.tolerance, 'worse'));
    return [
      `EXISTS (SELECT 1 FROM ${query.series} o WHERE o.object_id = v.id AND o.key = ${query.param(other.metric)}::text
               AND ${dataset} AND o.value <> 'NaN' AND o.value ${isMax ? '>=' : '<='} ${bound}::float8)`,
    ];
  });
}

function filtered(session: ReadSession, query: Query, rule: LabelRule): string[] {
  const filter = filterOf(rule.filter);
  if (filter === null) return [];
  // The SQL of a filter also sees untrusted values, so `judge` evaluates such a filter instead.
  if (query.series !== 'metric_series' && usesMetrics(filter)) return [];
  const compiled = compileFilter(filter, versionSchema, query.values.length + 1, session.model.namespaceId);
  query.values.push(...compiled.params);
  return [`(${compiled.sql})`];
}

const withFiles = (query: Query, rule: LabelRule): string[] =>
  (rule.files ?? []).map(({ role, path }) => {
    const which =
      path === undefined ? `f.role = ${query.param(role)}::text` : `f.path = ${query.param(path)}::text`;
    return `EXISTS (SELECT 1 FROM files f WHERE f.object_id = v.id AND ${which})`;
  });

function evaluated(session: ReadSession, query: Query, rule: LabelRule): string[] {
  if (rule.evaluated === false) return [];
  return evaluateOf(session, rule).map((dataset) => {
    const id = session.datasetId(dataset) ?? null;
    return `EXISTS (SELECT 1 FROM ${query.series} e JOIN datasets d ON d.id = e.dataset_id
                    WHERE e.object_id = v.id AND d.id = ${query.param(id)}::uuid
                      AND (d.digest IS NULL OR e.digest IS NOT DISTINCT FROM d.digest))`;
  });
}
