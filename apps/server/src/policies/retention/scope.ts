import type { Sql } from '@modelbox/db';
import {
  type AskedName,
  askedNames,
  compileFilter,
  type Filter,
  type KeepClause,
  type PolicySources,
  parseFilter,
  type RetainRule,
  type SqlSchema,
} from '@modelbox/domain';
import { metricSql } from '../../core/lists/schemas.ts';
import { type EffectiveHere, effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import { checkpointSchema } from '../../resources/checkpoints/filter-schema.ts';
import { versionSchema } from '../../resources/versions/filter-schema.ts';
import { knownDatasets } from '../owners/known-datasets.ts';

/** The scope of a retention rule: the versions of a model, or the checkpoints of the experiments of a namespace. */
export interface Scope {
  readonly kind: 'version' | 'checkpoint';
  readonly id: string;
  readonly name: string;
  readonly rule: RetainRule;
  readonly names: readonly (readonly AskedName[])[];
  readonly source: NonNullable<PolicySources['retainVersions']>;
  readonly policy: EffectiveHere;
  readonly section: 'retainVersions' | 'retainCheckpoints';
  /**
   * Id of the last change of the rule. Objects that were restored since are protected. Ids order changes, not clocks.
   */
  readonly editChange: number;
  /** SELECT list, FROM and WHERE over objects that are not deleted, with `$1`, … for `values`. */
  readonly sql: {
    readonly values: readonly unknown[];
    readonly columns: string;
    readonly from: string;
    readonly where: string;
  };
}

export const SCHEMAS: Readonly<Record<Scope['kind'], SqlSchema>> = {
  version: versionSchema,
  // The scope has many experiments, so bare dataset names refer to the namespace of each experiment.
  checkpoint: { ...checkpointSchema, metric: metricSql('c', 'e.namespace_id') },
};

const FROM = {
  version: 'versions v JOIN models m ON m.id = v.model_id',
  checkpoint:
    'checkpoints c JOIN experiments e ON e.id = c.experiment_id JOIN namespaces n ON n.id = e.namespace_id',
};

/** `$1` is the id of the model or the path of the namespace, `$2` the namespace of bare dataset names. */
const WHERE = {
  version:
    'v.model_id = $1::uuid AND $2::uuid IS NOT NULL AND v.deleted_at IS NULL AND v.files_removed_at IS NULL',
  // A nearer policy overrides this one.
  checkpoint: `is_at_or_below(n.path, $1::text) AND $2::uuid IS NOT NULL
    AND c.deleted_at IS NULL AND e.deleted_at IS NULL AND c.files_removed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM policies p JOIN namespaces o ON o.id = p.owner_id
                    WHERE p.document->'retain' ? 'checkpoints' AND length(o.path) > length($1::text)
                      AND is_at_or_below(n.path, o.path))`,
};

/**
 * Conditions that protect an object from every rule. A deleted derived object still protects its source until it is
 * purged, because it can be restored.
 * @param model SQL expression. Pass a parameter, so that Postgres computes the previous holders once.
 * @param editChange id of the last change of the rule.
 */
const PROTECTED = {
  version: (model: string, editChange: string) => ({
    pending: `v.status <> 'ready'`,
    alias: 'EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id)',
    previousHolder: `v.id IN (SELECT w.version_id FROM previous_holders(${model}) AS w)`,
    hold: 'EXISTS (SELECT 1 FROM holds h WHERE h.object_id = v.id)',
    lineage: 'EXISTS (SELECT 1 FROM versions d WHERE d.source_version_id = v.id)',
    restored: restored('v', editChange),
  }),
  checkpoint: (_: string, editChange: string) => ({
    pending: `c.status <> 'ready'`,
    hold: 'EXISTS (SELECT 1 FROM holds h WHERE h.object_id = c.id)',
    lineage: `(EXISTS (SELECT 1 FROM versions d WHERE d.source_checkpoint_id = c.id)
      OR EXISTS (SELECT 1 FROM experiments x WHERE x.source_checkpoint_id = c.id))`,
    newestOfRunning: `(e.status = 'running' AND c.id = (
      SELECT l.id FROM checkpoints l WHERE l.experiment_id = e.id AND l.status = 'ready' AND l.deleted_at IS NULL
      ORDER BY l.created_order DESC LIMIT 1))`,
    restored: restored('c', editChange),
  }),
};

const restored = (t: string, editChange: string): string =>
  `EXISTS (SELECT 1 FROM changes r WHERE r.object_id = ${t}.id AND r.action IN ('restored', 'files_restored')
           AND r.id > ${editChange}::bigint)`;

export const protectionsSql = (kind: Scope['kind'], model: string, editChange: string): string =>
  `array_remove(ARRAY[${Object.entries(PROTECTED[kind](model, editChange))
    .map(([name, condition]) => `CASE WHEN ${condition} THEN '${name}' END`)
    .join(', ')}], NULL)`;

export interface ScopeOwner {
  readonly kind: 'model' | 'namespace';
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly namespaceId: string;
}

/**
 * Returns the retention rule in force for the versions of a model, or for the checkpoints of a namespace, with its
 * scope. Undefined if no rule applies, or if it is inherited: such a rule runs once, for the namespace that defines it.
 * @param draft replaces the owner's own policy.
 */
export async function scopeOf(
  sql: Sql,
  owner: ScopeOwner,
  draft?: Parameters<typeof effectiveOf>[2],
): Promise<Scope | undefined> {
  const kind = owner.kind === 'model' ? 'version' : 'checkpoint';
  const policy = await effectiveOf(sql, owner, draft);
  const { document, sources } = policy;
  const rule = kind === 'version' ? document.retain?.versions : document.retain?.checkpoints;
  const section = kind === 'version' ? 'retainVersions' : 'retainCheckpoints';
  const source = sources[section];
  if (rule === undefined || source === undefined) return undefined;
  if (kind === 'checkpoint' && source.id !== owner.id) return undefined;
  const [edit] = await sql<{ change: number }>(
    `SELECT coalesce(max(id), 0)::float8 AS change FROM changes WHERE object_id = $1::uuid AND action = 'policy_set'`,
    [source.id],
  );
  const editChange = edit?.change ?? 0;
  const datasets = await knownDatasets(
    sql,
    owner.namespace,
    rule.keep.flatMap(({ dataset }) => dataset ?? []),
  );
  const values: unknown[] = [kind === 'version' ? owner.id : owner.namespace, owner.namespaceId, editChange];
  const t = kind === 'version' ? 'v' : 'c';
  const schema = SCHEMAS[kind];
  const names = rule.keep.map((clause) => askedNames(clause, schema));
  const columns = rule.keep.map((clause) =>
    clauseSql(clause, t, schema, (name) => datasets.get(name)?.id ?? null, values),
  );
  const has = rule.keep.map((clause, clauseIndex) =>
    clause.filter === undefined
      ? ''
      : (names[clauseIndex] ?? []).map((name) => hasName(name, schema, values)).join(', '),
  );
  return {
    kind,
    id: owner.id,
    name: owner.name,
    rule,
    names,
    source,
    policy,
    section,
    editChange,
    sql: {
      values,
      from: FROM[kind],
      where: WHERE[kind],
      columns: `${t}.id, ${t}.created_at AS "createdAt", ${t}.created_order::float8 AS "order",
        ${kind === 'version' ? '(SELECT k.epoch FROM checkpoints k WHERE k.id = v.source_checkpoint_id) AS epoch, v.source_experiment_id AS "group", v.version AS name' : `c.epoch, c.experiment_id AS "group", concat_ws(' ', e.name, 'epoch ' || c.epoch, 'step ' || c.step) AS name`},
        ${protectionsSql(kind, '$1::uuid', '$3')} AS protections,
        EXISTS (SELECT 1 FROM files f WHERE f.object_id = ${t}.id AND f.blob_id IS NOT NULL) AS "hasFiles",
        jsonb_build_array(${columns.join(', ')}) AS values,
        jsonb_build_array(${has.map((each) => `to_jsonb(ARRAY[${each}]::boolean[])`).join(', ')}) AS names`,
    },
  };
}

/** Builds the SQL for the value that a clause asks for, NULL if for none. Adds its parameters to `values`. */
function clauseSql(
  clause: KeepClause,
  t: string,
  schema: SqlSchema,
  datasetId: (name: string) => string | null,
  values: unknown[],
): string {
  if (clause.best !== undefined) {
    values.push(clause.metric);
    const key = `s.key = $${values.length}::text`;
    if (clause.dataset === undefined)
      return `(SELECT metric_json(s.value) FROM metric_series s WHERE s.object_id = ${t}.id AND ${key} AND s.dataset_id IS NULL)`;
    values.push(datasetId(clause.dataset));
    return `(SELECT metric_json(s.value) FROM metric_series s WHERE s.object_id = ${t}.id AND ${key} AND s.dataset_id = $${values.length}::uuid)`;
  }
  if (clause.filter !== undefined) return passes(parseFilter(clause.filter, schema), schema, values);
  return 'NULL';
}

/** Builds a condition, never NULL, that a row passes a filter. Adds its parameters to `values`. */
export function passes(filter: Filter, schema: SqlSchema, values: unknown[]): string {
  const compiled = compileFilter(filter, schema, values.length + 1);
  values.push(...compiled.params);
  return `((${compiled.sql}) IS TRUE)`;
}

/** Builds the condition that a row has the asked name with a comparable value, or the asked value itself. */
export function hasName(name: AskedName, schema: SqlSchema, values: unknown[]): string {
  const at = { position: 0, length: 0 };
  if (name.kind === 'value') return passes({ condition: name.term }, schema, values);
  if (name.kind === 'epoch') return passes(parseFilter('epoch IS NOT NULL', schema), schema, values);
  if (name.kind === 'metadata' && name.term.kind !== 'null') {
    // For a value of another type, neither the term nor its negation is true.
    const known = { kind: 'or', terms: [name.term, { kind: 'not', term: name.term, ...at }], ...at } as const;
    return passes({ condition: known }, schema, values);
  }
  const ref =
    name.kind === 'metadata'
      ? ({ kind: 'metadata', path: name.path, ...at } as const)
      : ({ kind: 'metric', key: name.metric, dataset: name.dataset ?? null, ...at } as const);
  return passes({ condition: { kind: 'null', ref, negated: true, ...at } }, schema, values);
}
