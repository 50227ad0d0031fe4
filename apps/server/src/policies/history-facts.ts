import type { FilterObject, VersionFacts } from '@modelbox/domain';
import { type LatestRow, latestValues } from '../metrics/latest.ts';
import { namedInFull, versionFacts } from './facts.ts';
import type { Session } from './session.ts';

/** Changes read at once, and versions whose files are looked up at once. */
const PAGE = 5000;

interface ChangeRow {
  id: string;
  versionId: string;
  action: string;
  after: { status?: string; tags?: string[]; metadata?: unknown; deletedAt?: string | null } | null;
  latest: [key: string, value: LatestRow[1], datasetId: string | null][] | null;
  at: Date;
}

/**
 * Tells the states of a model's versions one after the other, as the changes have it; of a version whose first changes were
 * pruned, from the state that they led to. What changes do not tell is as it is
 * now: files, and under which digest a dataset was used.
 */
export async function replayVersions(
  session: Session,
  tell: (facts: VersionFacts, at: Date) => void,
): Promise<{ versions: number; facts: number }> {
  const states = new Map<string, State>();
  let facts = 0;
  let after = '0';
  for (;;) {
    const rows = await changesAfter(session, after);
    const unknown = rows.map((row) => row.versionId).filter((id) => !states.has(id));
    const now = await versionFacts(session.sql, unknown);
    const labels = await labelsOf(session, rows);
    for (const row of rows) {
      const current = now.get(row.versionId);
      const state = states.get(row.versionId) ?? (current && newState(current));
      if (state === undefined) continue;
      states.set(row.versionId, state);
      apply(state, row, labels);
      tell(factsOf(state, session.model.namespace), row.at);
      facts += 1;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return { versions: states.size, facts };
    after = last.id;
  }
}

const changesAfter = ({ sql, model }: Session, after: string): Promise<ChangeRow[]> =>
  sql<ChangeRow>(
    `SELECT told.id::text, told."versionId", told.action, told.after, told.latest, told.at FROM (
     SELECT c.id, c.object_id AS "versionId", c.action, c.after, c.detail->'latest' AS latest, c.at
     FROM changes c JOIN versions v ON v.id = c.object_id LEFT JOIN version_baselines b ON b.version_id = v.id
     WHERE v.model_id = $1::uuid AND c.object_kind = 'version' AND c.id > greatest($2::bigint, b.change_id)
       AND (c.after IS NOT NULL OR c.action = 'metrics_logged')
     UNION ALL
     SELECT b.change_id, b.version_id, 'pruned', b.after, b.latest, b.at
     FROM version_baselines b JOIN versions v ON v.id = b.version_id WHERE v.model_id = $1::uuid AND b.change_id > $2::bigint) AS told
     ORDER BY told.id LIMIT ${PAGE}`,
    [model.id, after],
  );

/** The names of datasets as seen from the model. */
async function labelsOf({ sql, model }: Session, rows: readonly ChangeRow[]): Promise<Map<string, string>> {
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
  readyAt: Date | null;
}

const newState = (now: VersionFacts): State => ({
  now,
  fields: now.object.fields,
  tags: [],
  metadata: {},
  latest: new Map(),
  readyAt: null,
});

function apply(state: State, { action, after, latest, at }: ChangeRow, labels: Map<string, string>): void {
  if (after) {
    const { tags = [], metadata = {}, ...fields } = after;
    state.fields = { ...state.fields, ...(fields as FilterObject['fields']) };
    // Changes from before tags and metric keys were brought to NFC hold them as they were sent.
    state.tags = tags.map((tag) => tag.normalize('NFC'));
    state.metadata = metadata;
    // When it became ready was pruned with the change that told.
    if (after.status === 'ready') state.readyAt ??= action === 'pruned' ? state.now.readyAt : at;
  }
  for (const [sentKey, value, datasetId] of latest ?? []) {
    const key = sentKey.normalize('NFC');
    const dataset = datasetId === null ? null : (labels.get(datasetId) ?? datasetId);
    state.latest.set(JSON.stringify([key, dataset]), [key, value, dataset]);
  }
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
    coverage: Object.fromEntries(Object.keys(named).map((dataset) => [dataset, 'done' as const])),
  };
}
