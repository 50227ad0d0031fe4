import { fragmentOf, Prisma, type Sql } from '@modelbox/db';
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
  /** SELECT list, FROM and WHERE over living objects. */
  readonly sql: {
    readonly columns: Prisma.Sql;
    readonly from: Prisma.Sql;
    readonly where: Prisma.Sql;
  };
}

export const SCHEMAS: Readonly<Record<Scope['kind'], SqlSchema>> = {
  version: versionSchema,
  // The scope has many experiments, so bare dataset names refer to the namespace of each experiment.
  checkpoint: { ...checkpointSchema, metric: metricSql('c', 'e.namespace_id') },
};

const { sql: fragment, join, raw } = Prisma;

const FROM = {
  version: fragment`versions v JOIN models m ON m.id = v.model_id`,
  checkpoint: fragment`checkpoints c JOIN experiments e ON e.id = c.experiment_id
    JOIN namespaces n ON n.id = e.namespace_id`,
};

const WHERE = {
  version: ({ id }: ScopeOwner) =>
    fragment`v.model_id = ${id}::uuid AND v.deleted_at IS NULL AND v.files_removed_at IS NULL`,
  // A nearer policy overrides this one.
  checkpoint: ({ namespace }: ScopeOwner) => fragment`is_at_or_below(n.path, ${namespace}::text)
    AND c.deleted_at IS NULL AND e.deleted_at IS NULL AND c.files_removed_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM policies p JOIN namespaces o ON o.id = p.owner_id
                    WHERE p.document->'retain' ? 'checkpoints' AND length(o.path) > length(${namespace}::text)
                      AND is_at_or_below(n.path, o.path))`,
};

/**
 * Conditions that protect an object from every rule. A deleted derived object still protects its source until it is
 * purged, because it can be restored.
 * @param model a value rather than a column, so that Postgres computes the previous holders once.
 * @param editChange id of the last change of the rule.
 */
const PROTECTED = {
  version: (model: Prisma.Sql, editChange: number) => ({
    pending: fragment`v.status <> 'ready'`,
    alias: fragment`EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id)`,
    previousHolder: fragment`v.id IN (SELECT w.version_id FROM previous_holders(${model}) AS w)`,
    hold: fragment`EXISTS (SELECT 1 FROM holds h WHERE h.object_id = v.id)`,
    lineage: fragment`EXISTS (SELECT 1 FROM versions d WHERE d.source_version_id = v.id)`,
    restored: restored('v', editChange),
  }),
  checkpoint: (_: Prisma.Sql, editChange: number) => ({
    pending: fragment`c.status <> 'ready'`,
    hold: fragment`EXISTS (SELECT 1 FROM holds h WHERE h.object_id = c.id)`,
    lineage: fragment`(EXISTS (SELECT 1 FROM versions d WHERE d.source_checkpoint_id = c.id)
      OR EXISTS (SELECT 1 FROM experiments x WHERE x.source_checkpoint_id = c.id))`,
    newestOfRunning: fragment`(e.status = 'running' AND c.id = (
      SELECT l.id FROM checkpoints l WHERE l.experiment_id = e.id AND l.status = 'ready' AND l.deleted_at IS NULL
      ORDER BY l.created_order DESC LIMIT 1))`,
    restored: restored('c', editChange),
  }),
};

const restored = (t: string, editChange: number): Prisma.Sql =>
  fragment`EXISTS (SELECT 1 FROM changes r WHERE r.object_id = ${raw(t)}.id
    AND r.action IN ('restored', 'files_restored')
           AND r.id > ${editChange}::bigint)`;

/** Builds the SQL for an array of the names of the protections that apply. */
export function protectionsSql(kind: Scope['kind'], model: Prisma.Sql, editChange: number): Prisma.Sql {
  const names = Object.entries(PROTECTED[kind](model, editChange)).map(
    ([name, condition]) => fragment`CASE WHEN ${condition} THEN ${raw(`'${name}'`)} END`,
  );
  return fragment`array_remove(ARRAY[${join(names)}], NULL)`;
}

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
  const t = kind === 'version' ? 'v' : 'c';
  const schema = SCHEMAS[kind];
  const compiling = { schema, namespaceId: owner.namespaceId };
  const names = rule.keep.map((clause) => askedNames(clause, schema));
  const columns = rule.keep.map((clause) =>
    clauseSql(clause, t, compiling, (name) => datasets.get(name)?.id ?? null),
  );
  const has = rule.keep.map((clause, clauseIndex) => {
    const asked = clause.filter === undefined ? [] : (names[clauseIndex] ?? []);
    const found = asked.map((name) => hasName(name, compiling));
    return fragment`to_jsonb(ARRAY[${found.length === 0 ? Prisma.empty : join(found)}]::boolean[])`;
  });
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
      from: FROM[kind],
      where: WHERE[kind](owner),
      columns: fragment`${raw(t)}.id, ${raw(t)}.created_at AS "createdAt", ${raw(t)}.created_order::float8 AS "order",
        ${OWN_COLUMNS[kind]}, ${protectionsSql(kind, fragment`${owner.id}::uuid`, editChange)} AS protections,
        EXISTS (SELECT 1 FROM files f WHERE f.object_id = ${raw(t)}.id AND f.blob_id IS NOT NULL) AS "hasFiles",
        jsonb_build_array(${columns.length === 0 ? Prisma.empty : join(columns)}) AS values,
        jsonb_build_array(${has.length === 0 ? Prisma.empty : join(has)}) AS names`,
    },
  };
}

const OWN_COLUMNS = {
  version: fragment`(SELECT k.epoch FROM checkpoints k WHERE k.id = v.source_checkpoint_id) AS epoch,
    v.source_experiment_id AS "group", v.version AS name`,
  checkpoint: fragment`c.epoch, c.experiment_id AS "group",
    concat_ws(' ', e.name, 'epoch ' || c.epoch, 'step ' || c.step) AS name`,
};

/** A schema, and the namespace of bare dataset names. */
export interface Compiling {
  readonly schema: SqlSchema;
  readonly namespaceId: string;
}

/** The value that a clause asks for; NULL if it asks for none. */
function clauseSql(
  clause: KeepClause,
  t: string,
  compiling: Compiling,
  datasetId: (name: string) => string | null,
): Prisma.Sql {
  if (clause.best !== undefined) {
    const on =
      clause.dataset === undefined
        ? fragment`s.dataset_id IS NULL`
        : fragment`s.dataset_id = ${datasetId(clause.dataset)}::uuid`;
    return fragment`(SELECT metric_json(s.value) FROM metric_series s
      WHERE s.object_id = ${raw(t)}.id AND s.key = ${clause.metric}::text AND ${on})`;
  }
  if (clause.filter !== undefined) return passes(parseFilter(clause.filter, compiling.schema), compiling);
  return fragment`NULL`;
}

/** Whether a row passes a filter, as a condition that is never NULL. */
export function passes(filter: Filter, { schema, namespaceId }: Compiling): Prisma.Sql {
  const { sql, params } = compileFilter(filter, schema, 1, namespaceId);
  return fragment`((${fragmentOf(sql, params)}) IS TRUE)`;
}

/**
 * Builds a condition that a row has a name that a filter asks for, with a comparable value, or that it has the value.
 */
export function hasName(name: AskedName, compiling: Compiling): Prisma.Sql {
  const at = { position: 0, length: 0 };
  if (name.kind === 'value') return passes({ condition: name.term }, compiling);
  if (name.kind === 'epoch') return passes(parseFilter('epoch IS NOT NULL', compiling.schema), compiling);
  if (name.kind === 'metadata' && name.term.kind !== 'null') {
    // For a value of another type, neither the term nor its negation is true.
    const known = { kind: 'or', terms: [name.term, { kind: 'not', term: name.term, ...at }], ...at } as const;
    return passes({ condition: known }, compiling);
  }
  const ref =
    name.kind === 'metadata'
      ? ({ kind: 'metadata', path: name.path, ...at } as const)
      : ({ kind: 'metric', key: name.metric, dataset: name.dataset ?? null, ...at } as const);
  return passes({ condition: { kind: 'null', ref, negated: true, ...at } }, compiling);
}
