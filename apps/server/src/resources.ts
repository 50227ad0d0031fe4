import { readGrants } from './access/grants.ts';
import { accessRoutes } from './access/routes.ts';
import { readTokens } from './access/tokens.ts';
import { readAliases } from './aliases/read.ts';
import { aliasRoutes } from './aliases/routes.ts';
import { archiveRoutes } from './archives/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { readCheckpoints } from './checkpoints/read.ts';
import { checkpointRoutes } from './checkpoints/routes.ts';
import { checkpoints } from './checkpoints/store.ts';
import type { Context, Kinds } from './context.ts';
import { readDatasets } from './datasets/read.ts';
import { datasetRoutes } from './datasets/routes.ts';
import { readEvents } from './events/read.ts';
import { eventRoutes } from './events/routes.ts';
import { readExperiments } from './experiments/read.ts';
import { experimentRoutes } from './experiments/routes.ts';
import { experiments } from './experiments/store.ts';
import { fileRoutes } from './files/routes.ts';
import type { Serve } from './http/verb.ts';
import { lifecycleRoutes } from './kinds/routes.ts';
import { metadataRoutes } from './metadata/routes.ts';
import { metricRoutes } from './metrics/routes.ts';
import { readModels } from './models/read.ts';
import { modelRoutes } from './models/routes.ts';
import { models } from './models/store.ts';
import { readNamespaces } from './namespaces/read.ts';
import { namespaceRoutes } from './namespaces/routes.ts';
import type { ObjectStore } from './objects/kinds.ts';
import { readHolds } from './policies/hold.ts';
import { readProposals } from './policies/proposals.ts';
import { readPolicies } from './policies/read.ts';
import { policyRoutes } from './policies/routes.ts';
import { protectedAliasRoutes } from './protected-aliases/routes.ts';
import { readProtections } from './protected-aliases/rows.ts';
import { referenceRoutes } from './references/routes.ts';
import { systemRoutes } from './system/routes.ts';
import { readUploads } from './uploads/read.ts';
import { uploadRoutes } from './uploads/routes.ts';
import { verificationRoutes } from './verifications/routes.ts';
import { readVersions } from './versions/read.ts';
import { versionRoutes } from './versions/routes.ts';
import { versions } from './versions/store.ts';

/** The routes of every resource. A route of the contract that is missing here stops the start. */
export const resourceRoutes: readonly ((serve: Serve, ctx: Context) => void)[] = [
  namespaceRoutes,
  lifecycleRoutes,
  modelRoutes,
  versionRoutes,
  aliasRoutes,
  protectedAliasRoutes,
  referenceRoutes,
  experimentRoutes,
  checkpointRoutes,
  datasetRoutes,
  fileRoutes,
  uploadRoutes,
  policyRoutes,
  accessRoutes,
  auditRoutes,
  archiveRoutes,
  metricRoutes,
  metadataRoutes,
  eventRoutes,
  verificationRoutes,
  systemRoutes,
];

/** The readers and stores of every kind. */
export const kinds: Kinds = {
  readers: {
    namespace: readNamespaces,
    model: readModels,
    version: readVersions,
    alias: readAliases,
    experiment: readExperiments,
    checkpoint: readCheckpoints,
    dataset: readDatasets,
    upload: readUploads,
    event: readEvents,
    policy: readPolicies,
    proposal: readProposals,
    hold: readHolds,
    token: readTokens,
    grant: readGrants,
    alias_protection: readProtections,
  },
  owners: {
    model: models as unknown as ObjectStore,
    version: versions as unknown as ObjectStore,
    experiment: experiments as unknown as ObjectStore,
    checkpoint: checkpoints as unknown as ObjectStore,
  },
};
