import { Prisma, runSql, type Sql } from '@modelbox/db';
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

/** The objects that a section of a policy applies to. */
export interface Range {
  readonly t: 'v' | 'c' | 'e';
  readonly from: string;
  readonly where: Prisma.Sql;
  readonly schema: SqlSchema;
  /** The namespace of bare dataset names, if all objects share it. */
  readonly namespaceId: string;
}

/**
 * Builds a condition that no nearer policy with the section overrides this one for the model or experiment of a row.
 */
const noNearer = (section: string, model: string, { namespace }: Below): Prisma.Sql => Prisma.sql`NOT EXISTS (
  SELECT 1 FROM policies p LEFT JOIN namespaces o ON p.owner_kind = 'namespace' AND o.id = p.owner_id
  WHERE ${Prisma.raw(section)} AND (p.owner_id = ${Prisma.raw(model)} OR (length(o.path) > length(${namespace}::text)
    AND is_at_or_below(n.path, o.path))))`;

/** @param section condition that a policy `p` has the section. */
export function versionsBelow(below: Below, section: string): Range {
  const { kind, id, namespace, namespaceId } = below;
  const common = {
    t: 'v',
    from: 'versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id',
    namespaceId,
  } as const;
  const living = Prisma.sql`v.deleted_at IS NULL AND m.deleted_at IS NULL`;
  if (kind === 'model')
    return { ...common, where: Prisma.sql`v.model_id = ${id}::uuid AND ${living}`, schema: versionSchema };
  return {
    ...common,
    where: Prisma.sql`is_at_or_below(n.path, ${namespace}::text) AND ${living} AND ${noNearer(section, 'm.id', below)}`,
    // The range has many models, so bare dataset names refer to the namespace of each.
    schema: { ...versionSchema, metric: metricSql('v', 'm.namespace_id') },
  };
}

export const checkpointsBelow = (below: Below, section?: string): Range => ({
  t: 'c',
  from: 'checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id',
  where: Prisma.sql`is_at_or_below(n.path, ${below.namespace}::text) AND c.deleted_at IS NULL AND e.deleted_at IS NULL
    AND ${section === undefined ? Prisma.sql`true` : noNearer(section, 'NULL::uuid', below)}`,
  schema: SCHEMAS.checkpoint,
  namespaceId: below.namespaceId,
});

export const experimentsBelow = ({ namespace, namespaceId }: Below): Range => ({
  t: 'e',
  from: 'experiments e JOIN namespaces n ON n.id = e.namespace_id',
  where: Prisma.sql`is_at_or_below(n.path, ${namespace}::text) AND e.deleted_at IS NULL`,
  schema: experimentSchema,
  namespaceId,
});

/** A condition on the objects of a range. */
export type Condition = (range: Range) => Prisma.Sql;

/** Counts the groups of a range, and for each condition the groups with an object that meets it. */
export async function countGroups(
  sql: Sql,
  range: Range,
  group: string,
  conditions: readonly Condition[],
): Promise<{ readonly groups: number; readonly hits: readonly number[] }> {
  const found = conditions.map((condition) => Prisma.sql`bool_or(${condition(range)})`);
  const hits = conditions.map((_, index) => `count(*) FILTER (WHERE found[${index + 1}])::int`);
  const [row] = await runSql<{ groups: number; hits: number[] }>(
    sql,
    Prisma.sql`SELECT count(*)::int AS groups, ARRAY[${Prisma.raw(hits.join(', '))}]::int[] AS hits
     FROM (SELECT ARRAY[${Prisma.join(found)}]::boolean[] AS found FROM ${Prisma.raw(range.from)} WHERE ${range.where}
           GROUP BY ${Prisma.raw(group)} HAVING count(*) > 0) AS g`,
  );
  return row ?? { groups: 0, hits: [] };
}
