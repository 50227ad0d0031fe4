import {
  checkPolicy,
  isUuid,
  type PolicyDocument,
  type PolicyFault,
  parseQualifiedName,
  policyDatasets,
} from '@modelbox/domain';
import { checkpointSchema } from '../checkpoints/list.ts';
import { experimentSchema } from '../experiments/list.ts';
import { invalid } from '../http/problem.ts';
import type { Located, Mentioned } from '../objects/located.ts';
import { versionSchema } from '../versions/list.ts';
import type { Sql } from '../writes/sql.ts';

const SCHEMAS = { version: versionSchema, checkpoint: checkpointSchema, experiment: experimentSchema };

/** Refuses a policy that means nothing, or not what it seems to: 422 with a pointer to each fault. */
export function demandValid(
  owner: Pick<Located, 'kind' | 'namespace'>,
  document: PolicyDocument,
  datasets: TouchedDatasets,
): void {
  const faults = policyFaults(owner, document, datasets);
  if (faults.length > 0) throw invalid(faults.map((fault) => ({ in: 'body', ...fault })));
}

/** The datasets that a request's policy names and that the caller may read, by where it names them. */
type TouchedDatasets = Readonly<Record<string, Mentioned | readonly Mentioned[] | undefined>>;

/** All that is wrong with a policy, the datasets among it that are not there for the caller. */
export function policyFaults(
  owner: Pick<Located, 'kind' | 'namespace'>,
  document: PolicyDocument,
  touched: TouchedDatasets,
): PolicyFault[] {
  const faults = checkPolicy(document, owner.kind === 'model' ? 'model' : 'namespace', SCHEMAS);
  const datasets = policyDatasets(document);
  // A policy names them as people do: an id means nothing in it.
  const known = new Set(
    Object.values(touched)
      .flatMap((places) => places ?? [])
      .map(({ mention }) => mention),
  );
  for (const { pointer, name } of datasets) {
    if (isUuid(name) || !known.has(name))
      faults.push({ pointer, message: unknownDataset(owner.namespace, name) });
  }
  return faults;
}

const unknownDataset = (namespace: string, name: string): string =>
  `names no dataset: there is none "${name.includes('/') ? name : `${namespace}/${name}`}"; create it first`;

/** Which of the names mean a dataset, as seen from a namespace. */
export async function knownDatasets(
  sql: Sql,
  namespace: string,
  names: readonly string[],
): Promise<Map<string, { id: string; digest: string | null; namespace: string }>> {
  const places = [...new Set(names)].flatMap((name) => {
    const qualified = parseQualifiedName(name);
    if (qualified.ok) return [{ as: name, path: qualified.namespace, name: qualified.name }];
    return name.includes('/') ? [] : [{ as: name, path: namespace, name: name.normalize('NFC') }];
  });
  const rows = await sql<{ as: string; id: string; digest: string | null; namespace: string }>(
    `SELECT p.label AS "as", d.id, d.digest, n.path AS namespace
     FROM unnest($1::text[], $2::text[], $3::text[]) AS p (label, path, name)
     JOIN namespaces n ON n.path = p.path JOIN datasets d ON d.namespace_id = n.id AND d.name = p.name`,
    [places.map((place) => place.as), places.map((place) => place.path), places.map((place) => place.name)],
  );
  return new Map(rows.map(({ as, ...row }) => [as, row]));
}
