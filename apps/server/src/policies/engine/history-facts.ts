import { type Filter, type FilterObject, type LabelRule, termsOf, type VersionFacts } from '@modelbox/domain';
import { HttpProblem } from '../../protocol/problem.ts';
import { type LatestRow, latestValues } from '../../resources/metrics/latest.ts';
import { FILES_OF, namedInFull, OWN_COLUMNS, type OwnRow, ownFacts } from './facts.ts';
import type { ReadSession } from './session.ts';

/** Changes per page: of the first page, and the maximum. */
const FIRST_PAGE = 200;
const PAGE = 5_000;
/** Approximate limit of JSON bytes per page. */
const PAGE_BYTES = 4 * 2 ** 20;
/** Most bytes that one backtest keeps for the states of all versions. */
const MOST_KEPT = 32 * 2 ** 20;

/** The parts of a version that a rule uses. Only these are kept in memory. */
export interface Wanted {
  /** First segments of metadata paths. */
  readonly metadata: ReadonlySet<string>;
  readonly metrics: ReadonlySet<string>;
  /** Datasets on which the rule requires evaluations. */
  readonly datasets: ReadonlySet<string>;
  readonly files: boolean;
}

export function wantedBy(rule: LabelRule, filter: Filter | null, evaluate: readonly string[]): Wanted {
  const refs = termsOf(filter?.condition ?? null).map(({ ref }) => ref);
  return {
    metadata: new Set(refs.flatMap((ref) => (ref.kind === 'metadata' ? (ref.path[0] ?? []) : []))),
    metrics: new Set([
      rule.metric,
      ...(rule.notWorse ?? []).map(({ metric }) => metric),
      ...refs.flatMap((ref) => (ref.kind === 'metric' ? ref.key : [])),
    ]),
    datasets: new Set(evaluate),
    files: rule.files !== undefined,
  };
}

interface ChangeRow {
  id: string;
  versionId: string;
  action: string;
  after: { status?: string; tags?: string[]; metadata?: unknown; deletedAt?: string | null } | null;
  latest: [key: string, value: LatestRow[1], datasetId: string | null][] | null;
  at: Date;
  /** The number of rows before the byte limit cut the page, and the bytes of this row. */
  seen: number;
  bytes: number;
}

/**
 * Passes each past state of the versions of a model to `tell`, in the order of the changes. If the first changes of a
 * version were pruned, its states begin with the stored baseline. Changes do not record files and dataset digests, so
 * the current ones are used.
 */
export async function replayVersions(
  session: ReadSession,
  wanted: Wanted,
  tell: (facts: VersionFacts, at: Date) => Promise<void>,
): Promise<{ versions: number; facts: number }> {
  const states = new Map<string, State>();
  let facts = 0;
  let kept = 0;
  let after = '0';
  for (let limit = FIRST_PAGE; ; ) {
    const rows = await changesAfter(session, wanted, after, limit);
    const unknown = rows.map((row) => row.versionId).filter((id) => !states.has(id));
    const now = await versionsNow(session, wanted, unknown);
    const labels = await labelsOf(session, rows);
    for (const row of rows) {
      const current = now.get(row.versionId);
      const state = states.get(row.versionId) ?? (current && newState(current));
      if (state === undefined) continue;
      states.set(row.versionId, state);
      kept -= state.weight;
      apply(state, row, labels, wanted, session.model.namespace);
      state.weight = weightOf(state);
      kept += state.weight;
      if (kept > MOST_KEPT) throw tooMuch();
      await tell(factsOf(state, session.model.namespace), row.at);
      facts += 1;
    }
    const last = rows.at(-1);
    if (last === undefined || (rows.length === last.seen && last.seen < limit))
      return { versions: states.size, facts };
    after = last.id;
    limit = nextLimit(rows, limit);
  }
}

const tooMuch = (): HttpProblem =>
  new HttpProblem(
    'query_too_expensive',
    `The parts of the versions that the rule reads exceed ${MOST_KEPT / 2 ** 20} MiB. Use a filter that reads ` +
      'smaller parts of the metadata.',
  );

/** Estimates the number of rows that have about `PAGE_BYTES`, from the size of the last page. */
function nextLimit(rows: readonly ChangeRow[], limit: number): number {
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const fitting = Math.ceil((PAGE_BYTES * rows.length) / Math.max(1, bytes));
  return Math.max(1, Math.min(fitting, limit * 4, PAGE));
}

/** Reads a page of changes, limited by rows and bytes. The first row always fits. */
const changesAfter = (
  { sql, model }: ReadSession,
  wanted: Wanted,
  after: string,
  limit: number,
): Promise<ChangeRow[]> =>
  sql<ChangeRow>(
    `WITH found AS (
       SELECT told.id, told."versionId", told.pruned FROM (
         SELECT c.id, c.object_id AS "versionId", false AS pruned
         FROM changes c JOIN versions v ON v.id = c.object_id LEFT JOIN version_baselines b ON b.version_id = v.id
         WHERE v.model_id = $1::uuid AND c.object_kind = 'version' AND c.id > greatest($2::bigint, b.change_id)
           AND (c.after IS NOT NULL OR c.action = 'metrics_logged')
         UNION ALL
         SELECT b.change_id, b.version_id, true
         FROM version_baselines b JOIN versions v ON v.id = b.version_id
         WHERE v.model_id = $1::uuid AND b.change_id > $2::bigint) AS told
       ORDER BY told.id LIMIT $4::int
     ), told AS (
       SELECT f.id, f."versionId", CASE WHEN f.pruned THEN 'pruned' ELSE c.action END AS action,
              s.after, s.latest, CASE WHEN f.pruned THEN b.at ELSE c.at END AS at,
              coalesce(octet_length(s.after::text), 0) + coalesce(octet_length(s.latest::text), 0) AS bytes
       FROM found f LEFT JOIN changes c ON NOT f.pruned AND c.id = f.id
       LEFT JOIN version_baselines b ON f.pruned AND b.version_id = f."versionId",
       LATERAL (SELECT CASE WHEN f.pruned THEN b.after ELSE c.after END AS whole,
                       CASE WHEN f.pruned THEN b.latest ELSE c.detail->'latest' END AS latest) AS w,
       LATERAL (SELECT CASE WHEN $3::boolean THEN w.whole ELSE w.whole - 'metadata' END AS after, w.latest) AS s
     ), summed AS (
       SELECT *, count(*) OVER () AS seen, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM told
     )
     SELECT id::text, "versionId", action, after, latest, at, seen::int, bytes::int FROM summed
     WHERE before <= ${PAGE_BYTES} ORDER BY summed.id`,
    [model.id, after, wanted.metadata.size > 0, limit],
  );

/** Reads the facts of versions that changes do not record. */
async function versionsNow(
  { sql }: ReadSession,
  wanted: Wanted,
  ids: readonly string[],
): Promise<Map<string, VersionFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await sql<OwnRow>(NOW, [[...new Set(ids)], wanted.files]);
  return new Map(rows.map((row) => [row.id, ownFacts(row)]));
}

const NOW = `
  SELECT ${OWN_COLUMNS}, CASE WHEN $2::boolean THEN ${FILES_OF} END AS files
  FROM versions v JOIN models m ON m.id = v.model_id WHERE v.id = ANY ($1::uuid[])`;

async function labelsOf(
  { sql, model }: ReadSession,
  rows: readonly ChangeRow[],
): Promise<Map<string, string>> {
  const ids = new Set(rows.flatMap(({ latest }) => (latest ?? []).flatMap(([, , dataset]) => dataset ?? [])));
  if (ids.size === 0) return new Map();
  const found = await sql<{ id: string; label: string }>(
    `SELECT d.id, CASE WHEN d.namespace_id = $2::uuid THEN d.name ELSE n.path || '/' || d.name END AS label
     FROM datasets d JOIN namespaces n ON n.id = d.namespace_id WHERE d.id = ANY ($1::uuid[])`,
    [[...ids], model.namespaceId],
  );
  return new Map(found.map(({ id, label }) => [id, label]));
}

interface State {
  readonly now: VersionFacts;
  fields: FilterObject['fields'];
  tags: readonly string[];
  metadata: unknown;
  latest: Map<string, LatestRow>;
  readonly evaluated: Set<string>;
  readyAt: Date | null;
  weight: number;
}

const newState = (now: VersionFacts): State => ({
  now,
  fields: now.object.fields,
  tags: [],
  metadata: {},
  latest: new Map(),
  evaluated: new Set(),
  readyAt: null,
  weight: 0,
});

function apply(
  state: State,
  { action, after, latest, at }: ChangeRow,
  labels: Map<string, string>,
  wanted: Wanted,
  namespace: string,
): void {
  if (after) {
    const { tags = [], metadata = {}, ...fields } = after;
    state.fields = { ...state.fields, ...(fields as FilterObject['fields']) };
    // Old changes contain tags and metric keys that were not normalized to NFC.
    state.tags = tags.map((tag) => tag.normalize('NFC'));
    state.metadata = wantedOf(metadata, wanted.metadata);
    // If the change that made the version ready was pruned, use the current `readyAt`.
    if (after.status === 'ready') state.readyAt ??= action === 'pruned' ? state.now.readyAt : at;
  }
  for (const [sentKey, value, datasetId] of latest ?? []) {
    const key = sentKey.normalize('NFC');
    const dataset = labelOf(datasetId, labels);
    for (const name of namesOf(dataset, namespace)) if (wanted.datasets.has(name)) state.evaluated.add(name);
    if (!wanted.metrics.has(key)) continue;
    state.latest.set(JSON.stringify([key, dataset]), [key, value, dataset]);
  }
}

const labelOf = (datasetId: string | null, labels: ReadonlyMap<string, string>): string | null =>
  datasetId === null ? null : (labels.get(datasetId) ?? datasetId);

const namesOf = (dataset: string | null, namespace: string): string[] =>
  dataset === null ? [] : dataset.includes('/') ? [dataset] : [dataset, `${namespace}/${dataset}`];

function wantedOf(metadata: unknown, keys: ReadonlySet<string>): unknown {
  if (typeof metadata !== 'object' || metadata === null) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => keys.has(key)));
}

/** Approximate bytes of an entry of a list or map, without its strings. */
const ENTRY = 100;

function weightOf({ now, fields, tags, metadata, latest }: State): number {
  const entries = 10 + tags.length + latest.size + now.files.length;
  return entries * ENTRY + sizeOf(fields) + sizeOf(metadata) + tags.reduce((sum, tag) => sum + tag.length, 0);
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.entries(value).reduce((sum, [key, each]) => sum + key.length + 16 + sizeOf(each), ENTRY);
}

function factsOf(state: State, namespace: string): VersionFacts {
  const { metrics, evaluations } = latestValues([...state.latest.values()]);
  const named = namedInFull(evaluations, namespace);
  return {
    ...state.now,
    isReady: state.fields['status'] === 'ready',
    isDeleted: state.fields['deletedAt'] != null,
    readyAt: state.readyAt,
    object: {
      fields: state.fields,
      tags: state.tags,
      aliases: [],
      metadata: state.metadata,
      metrics,
      evaluations: named,
    },
    coverage: Object.fromEntries([...state.evaluated].map((dataset) => [dataset, 'done' as const])),
  };
}
