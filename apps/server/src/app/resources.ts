import type { SqlSchema } from '@modelbox/domain';
import type { ListedKind, OwnerKind, ReferableKind } from '@modelbox/schema';
import { readPolicyById } from '../policies/documents/read.ts';
import { readHolds } from '../policies/holds/hold.ts';
import { findProposal, readProposals } from '../policies/proposals/proposals.ts';
import { policyRoutes } from '../policies/routes.ts';
import type {
  CallerReadKind,
  Context,
  Find,
  Kinds,
  ReadForCaller,
  ReadKind,
  ReadMany,
} from '../protocol/context.ts';
import type { ObjectStore } from '../protocol/kinds.ts';
import type { Serve } from '../protocol/verb.ts';
import { accessRoutes } from '../resources/access/routes.ts';
import { readAliases } from '../resources/aliases/read.ts';
import { aliasRoutes } from '../resources/aliases/routes.ts';
import { archiveRoutes } from '../resources/archives/routes.ts';
import { auditRoutes } from '../resources/audit/routes.ts';
import { checkpointSchema } from '../resources/checkpoints/filter-schema.ts';
import { readCheckpoints } from '../resources/checkpoints/read.ts';
import { checkpointRoutes } from '../resources/checkpoints/routes.ts';
import { checkpoints, findCheckpoint } from '../resources/checkpoints/store.ts';
import { datasetSchema } from '../resources/datasets/list.ts';
import { readDatasets } from '../resources/datasets/read.ts';
import { datasetRoutes } from '../resources/datasets/routes.ts';
import { findDataset } from '../resources/datasets/store.ts';
import { readEvents } from '../resources/events/read.ts';
import { eventRoutes } from '../resources/events/routes.ts';
import { experimentSchema } from '../resources/experiments/filter-schema.ts';
import { readExperiments } from '../resources/experiments/read.ts';
import { experimentRoutes } from '../resources/experiments/routes.ts';
import { experiments, findExperiment } from '../resources/experiments/store.ts';
import { fileRoutes } from '../resources/files/routes.ts';
import { readGrants } from '../resources/grants/grants.ts';
import { lifecycleRoutes } from '../resources/lifecycle/routes.ts';
import { metadataRoutes } from '../resources/metadata/routes.ts';
import { metricRoutes } from '../resources/metrics/routes.ts';
import { modelSchema } from '../resources/models/list.ts';
import { readModels } from '../resources/models/read.ts';
import { modelRoutes } from '../resources/models/routes.ts';
import { findModel, models } from '../resources/models/store.ts';
import { namespaceSchema } from '../resources/namespaces/list.ts';
import { readNamespaces } from '../resources/namespaces/read.ts';
import { namespaceRoutes } from '../resources/namespaces/routes.ts';
import { findNamespace } from '../resources/namespaces/store.ts';
import { protectedAliasRoutes } from '../resources/protected-aliases/routes.ts';
import { readProtections } from '../resources/protected-aliases/rows.ts';
import { referenceRoutes } from '../resources/references/routes.ts';
import { readTokens } from '../resources/tokens/tokens.ts';
import { readUploads } from '../resources/uploads/read.ts';
import { uploadRoutes } from '../resources/uploads/routes.ts';
import { findUpload } from '../resources/uploads/rows.ts';
import { verificationRoutes } from '../resources/verifications/routes.ts';
import { versionSchema } from '../resources/versions/filter-schema.ts';
import { readVersions } from '../resources/versions/read.ts';
import { versionRoutes } from '../resources/versions/routes.ts';
import { findVersion, versions } from '../resources/versions/store.ts';
import { systemRoutes } from '../system/routes.ts';

/** The parts of one resource in the server. */
interface ServerResource {
  readonly routes?: (serve: Serve, ctx: Context) => void;
  readonly read?: ReadMany;
  readonly readForCaller?: ReadForCaller;
  readonly find?: Find;
  readonly fields?: SqlSchema;
  readonly store?: ObjectStore;
}

/** The parts that the kinds must have, by the contract. */
type PartsOfKinds = Record<ReadKind, With<'read'>> &
  Record<CallerReadKind, With<'readForCaller'>> &
  Record<ReferableKind, With<'find'>> &
  Record<ListedKind, With<'fields'>> &
  Record<OwnerKind, With<'store'>>;
type With<Part extends keyof ServerResource> = ServerResource & Required<Pick<ServerResource, Part>>;

/**
 * Every resource of the server, by its kind in the contract. `routes` mounts its verbs, `read` reads objects by id,
 * `readForCaller` reads one at the cost of the caller, `find` finds an object by its reference, and `fields` are the
 * fields of its list in the filter language.
 */
export const resources = {
  namespace: {
    routes: namespaceRoutes,
    read: readNamespaces,
    find: findNamespace,
    fields: namespaceSchema,
  },
  model: {
    routes: modelRoutes,
    read: readModels,
    find: findModel,
    fields: modelSchema,
    store: models as unknown as ObjectStore,
  },
  version: {
    routes: versionRoutes,
    read: readVersions,
    find: findVersion,
    fields: versionSchema,
    store: versions as unknown as ObjectStore,
  },
  alias: { routes: aliasRoutes, read: readAliases },
  reference: { routes: referenceRoutes },
  experiment: {
    routes: experimentRoutes,
    read: readExperiments,
    find: findExperiment,
    fields: experimentSchema,
    store: experiments as unknown as ObjectStore,
  },
  checkpoint: {
    routes: checkpointRoutes,
    read: readCheckpoints,
    find: findCheckpoint,
    fields: checkpointSchema,
    store: checkpoints as unknown as ObjectStore,
  },
  dataset: { routes: datasetRoutes, read: readDatasets, find: findDataset, fields: datasetSchema },
  file: { routes: fileRoutes },
  upload: { routes: uploadRoutes, read: readUploads, find: findUpload },
  metric: { routes: metricRoutes },
  event: { routes: eventRoutes, read: readEvents },
  policy: { routes: policyRoutes, readForCaller: readPolicyById },
  proposal: { read: readProposals, find: findProposal },
  hold: { read: readHolds },
  token: { routes: accessRoutes, read: readTokens },
  grant: { read: readGrants },
  alias_protection: { routes: protectedAliasRoutes, read: readProtections },
  audit: { routes: auditRoutes },
  system: { routes: systemRoutes },
  // Verbs that several kinds share.
  lifecycle: { routes: lifecycleRoutes },
  metadata: { routes: metadataRoutes },
  archives: { routes: archiveRoutes },
  verifications: { routes: verificationRoutes },
} satisfies PartsOfKinds & Record<string, ServerResource>;

/** One part of each resource that has it, by kind. */
const partsOf = <P extends keyof ServerResource>(part: P): Record<string, NonNullable<ServerResource[P]>> =>
  Object.fromEntries(
    Object.entries(resources as Record<string, ServerResource>).flatMap(([kind, resource]) =>
      resource[part] === undefined ? [] : [[kind, resource[part]]],
    ),
  );

/** The routes of every resource. The server does not start if a route of the contract is missing here. */
export const resourceRoutes = Object.values(partsOf('routes'));

/** The fields of each list that takes the filter language. */
export const listFields = partsOf('fields') as Readonly<Record<ListedKind, SqlSchema>>;

/** The functions of every kind. */
export const kinds = {
  readers: partsOf('read'),
  callerReaders: partsOf('readForCaller'),
  finders: partsOf('find'),
  owners: partsOf('store'),
} as unknown as Kinds;
