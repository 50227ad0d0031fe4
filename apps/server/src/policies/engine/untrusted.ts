import { type Clause, type LabelRule, measuredValue, metricWords, type VersionFacts } from '@modelbox/domain';
import type { MetricValue, PolicyPreview } from '@modelbox/schema';
import { type ReadSession, trustOf } from './session.ts';
import { LOGGED_BY, trustedSeries } from './trusted.ts';

type Untrusted = NonNullable<PolicyPreview['untrusted']>;

interface Row {
  version: string;
  versionId: string;
  value: MetricValue;
  by: string | null;
}

export async function untrustedClause(
  session: ReadSession,
  rule: LabelRule,
  candidate: VersionFacts,
): Promise<Pick<Clause, 'clause' | 'passes' | 'words'> | undefined> {
  const found = await untrusted(session, rule, 1, candidate.id);
  if (found.length === 0) return undefined;
  const lacks = (each: Untrusted[number]) =>
    measuredValue(candidate.object, { metric: each.metric, dataset: each.dataset ?? undefined }) === null;
  return {
    clause: 'trusted',
    passes: !found.some(lacks),
    words: found.map(({ words }) => words).join('; '),
  };
}

/** Returns the latest values whose author a protection does not trust, of one or all versions. */
export async function untrusted(
  session: ReadSession,
  rule: LabelRule,
  limit: number,
  versionId: string | null = null,
): Promise<Untrusted> {
  const trust = trustOf(session, rule);
  if (trust.length === 0) return [];
  const found: Untrusted = [];
  for (const measured of [rule, ...(rule.notWorse ?? [])]) {
    const datasetId = session.datasetId(measured.dataset);
    if (datasetId === undefined) continue;
    const values: unknown[] = [session.model.id, measured.metric, datasetId, versionId, limit];
    const series = trustedSeries(trust, '$1::uuid', (value) => `$${values.push(value)}`);
    const rows = await session.sql<Row>(
      `SELECT v.version, v.id AS "versionId", metric_json(s.value) AS value, ${LOGGED_BY} AS by
       FROM metric_series s JOIN versions v ON v.id = s.object_id
       LEFT JOIN ${series} t ON t.object_id = s.object_id AND t.key = s.key
         AND t.dataset_id IS NOT DISTINCT FROM s.dataset_id
       WHERE s.scope_id = $1::uuid AND s.key = $2::text AND s.dataset_id IS NOT DISTINCT FROM $3::uuid
         AND v.status = 'ready' AND v.deleted_at IS NULL AND ($4::uuid IS NULL OR v.id = $4)
         AND t.value IS DISTINCT FROM s.value
       ORDER BY v.created_order DESC LIMIT $5`,
      values,
    );
    found.push(...rows.map((row) => wire(rule, measured, row)));
  }
  return found;
}

function wire(
  { name, alias }: LabelRule,
  measured: Pick<LabelRule, 'metric' | 'dataset'>,
  { by, value, ...row }: Row,
): Untrusted[number] {
  const why =
    by === null
      ? `it has no recorded author, and ${alias} is protected`
      : `the protection of ${alias} does not trust ${by}, who logged it`;
  const words = `its ${metricWords(measured)}, ${value}, is ignored: ${why}`;
  return { rule: name, ...row, metric: measured.metric, dataset: measured.dataset ?? null, value, by, words };
}

export async function untrustedValues(session: ReadSession, limit: number): Promise<Untrusted> {
  const found: Untrusted = [];
  for (const rule of session.policy.document.label ?? [])
    found.push(...(await untrusted(session, rule, limit)));
  return found;
}
