import type { Sql } from '@modelbox/db';
import type { SqlSchema } from '@modelbox/domain';
import { metricSql } from '../../core/lists/schemas.ts';
import { experimentSchema } from '../../resources/experiments/filter-schema.ts';
import { versionSchema } from '../../resources/versions/filter-schema.ts';
import { SCHEMAS } from '../retention/scope.ts';

/** The owner of a policy that is compared with the objects below it. */
export interface Below {
  readonly kind: 'model' | 'namespace';
  readonly id: string;
  readonly namespace: string;
  readonly namespaceId: string;
  readonly datasetId: (name: string) => string | null;
}

/** The objects in the scope of a section. `values` begins with `$1` and `$2`. */
export interface Range {
  readonly t: 'v' | 'c' | 'e';
  readonly from: string;
  readonly where: string;
  readonly values: readonly unknown[];
  readonly schema: SqlSchema;
}

const BELOW = `is_at_or_below(n.path, $1::text) AND $2::uuid IS NOT NULL`;

/**
 * Builds a condition that no nearer policy with the section overrides this one for the model or experiment of a row.
 */
const noNearer = (section: string, model: string): string => `NOT EXISTS (
  SELECT 1 FROM policies p LEFT JOIN namespaces o ON p.owner_kind = 'namespace' AND o.id = p.owner_id
  WHERE ${section} AND (p.owner_id = ${model} OR (length(o.path) > length($1::text)
    AND is_at_or_below(n.path, o.path))))`;

/** @param section condition that a policy `p` has the section. */
export function versionsBelow(below: Below, section: string): Range {
  const from = 'versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id';
  const living = 'v.deleted_at IS NULL AND m.deleted_at IS NULL';
  if (below.kind === 'model') {
    const where = `v.model_id = $1::uuid AND $2::uuid IS NOT NULL AND ${living}`;
    return { t: 'v', from, where, values: [below.id, below.namespaceId], schema: versionSchema };
  }
  return {
    t: 'v',
    from,
    where: `${BELOW} AND ${living} AND ${noNearer(section, 'm.id')}`,
    values: [below.namespace, below.namespaceId],
    // The range has many models, so bare dataset names refer to the namespace of each model.
    schema: { ...versionSchema, metric: metricSql('v', 'm.namespace_id') },
  };
}

export const checkpointsBelow = ({ namespace, namespaceId }: Below, section?: string): Range => ({
  t: 'c',
  from: 'checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id',
  where: `${BELOW} AND c.deleted_at IS NULL AND e.deleted_at IS NULL${section === undefined ? '' : ` AND ${noNearer(section, 'NULL::uuid')}`}`,
  values: [namespace, namespaceId],
  schema: SCHEMAS.checkpoint,
});

export const experimentsBelow = ({ namespace, namespaceId }: Below): Range => ({
  t: 'e',
  from: 'experiments e JOIN namespaces n ON n.id = e.namespace_id',
  where: `${BELOW} AND e.deleted_at IS NULL`,
  values: [namespace, namespaceId],
  schema: experimentSchema,
});

/** Builds a condition on the objects of a range. Adds its parameters to `values`. */
export type Condition = (range: Range, values: unknown[]) => string;

/** Counts the groups of a range, and for each condition the groups with an object that meets it. */
export async function countGroups(
  sql: Sql,
  range: Range,
  group: string,
  conditions: readonly Condition[],
): Promise<{ readonly groups: number; readonly hits: readonly number[] }> {
  const values = [...range.values];
  const found = conditions.map((condition) => `bool_or(${condition(range, values)})`);
  const hits = conditions.map((_, index) => `count(*) FILTER (WHERE found[${index + 1}])::int`);
  const [row] = await sql<{ groups: number; hits: number[] }>(
    `SELECT count(*)::int AS groups, ARRAY[${hits.join(', ')}]::int[] AS hits
     FROM (SELECT ARRAY[${found.join(', ')}]::boolean[] AS found FROM ${range.from} WHERE ${range.where}
           GROUP BY ${group} HAVING count(*) > 0) AS g`,
    values,
  );
  return row ?? { groups: 0, hits: [] };
}
