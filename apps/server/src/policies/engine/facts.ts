import type { Sql } from '@modelbox/db';
import { type Coverage, coverageOf, type FilterObject, type VersionFacts } from '@modelbox/domain';
import { type LatestRow, latestSql, latestValues } from '../../resources/metrics/latest.ts';
import type { Trust } from '../../resources/protected-aliases/protected-rules.ts';
import { trustedSeries } from './trusted.ts';

export interface OwnRow {
  id: string;
  version: string;
  status: string;
  createdAt: Date;
  order: number;
  readyAt: Date | null;
  deletedAt: Date | null;
  filesRemovedAt: Date | null;
  updatedAt: Date;
  createdBy: string;
  name: string | null;
  description: string | null;
  framework: string | null;
  files: { path: string; role: string }[] | null;
}

interface Row extends OwnRow {
  metadata: unknown;
  tags: string[];
  aliases: string[];
  namespace: string;
  latest: LatestRow[] | null;
  evaluated: { dataset: string; digest: string | null; current: string | null }[] | null;
}

/** Most files of a version that rules see: the first ones by path. */
const FILES = 1000;

/** Columns of a version `v` of a model `m`. */
export const OWN_COLUMNS = `
  v.id, v.version, v.status, v.created_at AS "createdAt", v.created_order::float8 AS "order", v.ready_at AS "readyAt",
  v.updated_at AS "updatedAt", v.files_removed_at AS "filesRemovedAt",
  coalesce(v.deleted_at, m.deleted_at) AS "deletedAt",
  v.created_by AS "createdBy", v.name, v.description, v.framework`;

export const FILES_OF = `(
  SELECT json_agg(json_build_object('path', f.path, 'role', f.role))
  FROM (SELECT path, role FROM files WHERE object_id = v.id ORDER BY path LIMIT ${FILES}) AS f)`;

const select = (series: string): string => `
  SELECT ${OWN_COLUMNS}, v.metadata, v.tags, n.path AS namespace,
         ARRAY(SELECT a.name FROM aliases a WHERE a.version_id = v.id) AS aliases,
         ${FILES_OF} AS files,
         ${latestSql('v.id', 'm.namespace_id', series)} AS latest,
         (SELECT json_agg(json_build_object(
            'dataset', dn.path || '/' || d.name, 'digest', s.digest, 'current', d.digest))
          FROM (SELECT DISTINCT dataset_id, digest FROM ${series} AS counted
            WHERE object_id = v.id AND dataset_id IS NOT NULL) AS s
          JOIN datasets d ON d.id = s.dataset_id JOIN namespaces dn ON dn.id = d.namespace_id) AS evaluated
  FROM versions v JOIN models m ON m.id = v.model_id JOIN namespaces n ON n.id = m.namespace_id
  WHERE v.id = ANY ($1::uuid[])`;

/**
 * Reads the facts of versions that rules use, in one statement and so in one snapshot.
 * @param trust of the protections: only values whose author all of them trust are used. Default: all values.
 */
export async function versionFacts(
  sql: Sql,
  ids: readonly string[],
  trust: readonly Trust[] = [],
): Promise<Map<string, VersionFacts>> {
  const values: unknown[] = [[...new Set(ids)]];
  const series = trustedSeries(trust, 'v.model_id', (value) => `$${values.push(value)}`);
  const rows = ids.length === 0 ? [] : await sql<Row>(select(series), values);
  return new Map(rows.map((row) => [row.id, toFacts(row)]));
}

function toFacts({ tags, aliases, metadata, namespace, latest, evaluated, ...row }: Row): VersionFacts {
  const { metrics, evaluations } = latestValues(latest);
  const own = ownFacts(row);
  const named = namedInFull(evaluations, namespace);
  return {
    ...own,
    object: { ...own.object, tags, aliases, metadata, metrics, evaluations: named },
    coverage: coverageHere(evaluated ?? [], namespace),
  };
}

/** The facts without tags, aliases, metadata, metrics and evaluations. */
export const ownFacts = ({ order, files, filesRemovedAt, ...fields }: OwnRow): VersionFacts => ({
  id: fields.id,
  version: fields.version,
  // A version without its files must not be used before they are restored.
  isReady: fields.status === 'ready' && filesRemovedAt === null,
  isDeleted: fields.deletedAt !== null,
  order,
  readyAt: fields.readyAt,
  object: { fields },
  files: files ?? [],
  coverage: {},
});

/** Adds the qualified names of datasets in the object's own namespace, so that both names work. */
export function namedInFull(
  evaluations: NonNullable<FilterObject['evaluations']>,
  namespace: string,
): NonNullable<FilterObject['evaluations']> {
  const bare = Object.entries(evaluations).filter(([dataset]) => !dataset.includes('/'));
  return {
    ...evaluations,
    ...Object.fromEntries(bare.map(([name, values]) => [`${namespace}/${name}`, values])),
  };
}

function coverageHere(evaluated: NonNullable<Row['evaluated']>, namespace: string): Record<string, Coverage> {
  const coverage: Record<string, Coverage> = {};
  for (const { dataset, digest, current } of evaluated) {
    const state = coverageOf({ digest }, current);
    const names = [dataset, ...(isIn(dataset, namespace) ? [dataset.slice(namespace.length + 1)] : [])];
    // An evaluation under the current digest counts, even if there is one under another digest too.
    for (const name of names) if (coverage[name] !== 'done') coverage[name] = state;
  }
  return coverage;
}

const isIn = (dataset: string, namespace: string): boolean =>
  dataset.startsWith(`${namespace}/`) && !dataset.slice(namespace.length + 1).includes('/');
