import {
  checkPolicy,
  isUuid,
  type PolicyDocument,
  type PolicyFault,
  parseDuration,
  policyDatasets,
} from '@modelbox/domain';
import type { Context } from '../../protocol/context.ts';
import type { Located, Mentioned } from '../../protocol/located.ts';
import { invalid } from '../../protocol/problem.ts';
import { checkpointSchema } from '../../resources/checkpoints/filter-schema.ts';
import { experimentSchema } from '../../resources/experiments/filter-schema.ts';
import { versionSchema } from '../../resources/versions/filter-schema.ts';
import { leastGrace } from '../retention/grace.ts';

const SCHEMAS = { version: versionSchema, checkpoint: checkpointSchema, experiment: experimentSchema };

export function demandValid(
  ctx: Pick<Context, 'settings'>,
  owner: Pick<Located, 'kind' | 'namespace'>,
  document: PolicyDocument,
  datasets: TouchedDatasets,
): void {
  const faults = policyFaults(ctx, owner, document, datasets);
  if (faults.length > 0) throw invalid(faults.map((fault) => ({ in: 'body', ...fault })));
}

type Named = Pick<Mentioned, 'kind'> & { readonly mention?: string };
/** The objects that a request touches. The datasets among them are named by the policy and readable by the caller. */
type TouchedDatasets = Readonly<Record<string, Named | readonly Named[] | undefined>>;

export function policyFaults(
  { settings }: Pick<Context, 'settings'>,
  owner: Pick<Located, 'kind' | 'namespace'>,
  document: PolicyDocument,
  touched: TouchedDatasets,
): PolicyFault[] {
  const faults = checkPolicy(document, owner.kind === 'model' ? 'model' : 'namespace', SCHEMAS);
  faults.push(...graceFaults(document, leastGrace(settings)));
  const datasets = policyDatasets(document);
  // A policy names datasets by name. An id is a fault.
  const known = new Set(
    Object.values(touched)
      .flatMap((places) => places ?? [])
      .flatMap(({ kind, mention }) => (kind === 'dataset' ? [mention] : [])),
  );
  for (const { pointer, name } of datasets) {
    if (isUuid(name) || !known.has(name))
      faults.push({ pointer, message: unknownDataset(owner.namespace, name) });
  }
  return faults;
}

function graceFaults({ retain = {} }: PolicyDocument, least: number): PolicyFault[] {
  const message = `must be at least ${least / 1000} seconds, the minimum of this server (MODELBOX_RETENTION_MIN_GRACE)`;
  return (['versions', 'checkpoints'] as const).flatMap((kind) => {
    const grace = retain[kind]?.grace;
    if (grace === undefined) return [];
    const parsed = parseDuration(grace);
    return parsed.ok && parsed.milliseconds < least ? [{ pointer: `/retain/${kind}/grace`, message }] : [];
  });
}

const unknownDataset = (namespace: string, name: string): string =>
  `must name a dataset that you may read: there is no "${name.includes('/') ? name : `${namespace}/${name}`}"; ` +
  'create it first';
