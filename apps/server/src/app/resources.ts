import { readPolicies } from '../policies/documents/read.ts';
import { readHolds } from '../policies/holds/hold.ts';
import { readProposals } from '../policies/proposals/proposals.ts';
import { policyRoutes } from '../policies/routes.ts';
import type { Context, Kinds } from '../protocol/context.ts';
import type { ObjectStore } from '../protocol/kinds.ts';
import type { Serve } from '../protocol/verb.ts';
import { accessRoutes } from '../resources/access/routes.ts';
import { readAliases } from '../resources/aliases/read.ts';
import { aliasRoutes } from '../resources/aliases/routes.ts';
import { archiveRoutes } from '../resources/archives/routes.ts';
import { auditRoutes } from '../resources/audit/routes.ts';
import { readCheckpoints } from '../resources/checkpoints/read.ts';
import { checkpointRoutes } from '../resources/checkpoints/routes.ts';
import { checkpoints } from '../resources/checkpoints/store.ts';
import { readDatasets } from '../resources/datasets/read.ts';
import { datasetRoutes } from '../resources/datasets/routes.ts';
import { readEvents } from '../resources/events/read.ts';
import { eventRoutes } from '../resources/events/routes.ts';
import { readExperiments } from '../resources/experiments/read.ts';
import { experimentRoutes } from '../resources/experiments/routes.ts';
import { experiments } from '../resources/experiments/store.ts';
import { fileRoutes } from '../resources/files/routes.ts';
import { readGrants } from '../resources/grants/grants.ts';
import { lifecycleRoutes } from '../resources/lifecycle/routes.ts';
import { metadataRoutes } from '../resources/metadata/routes.ts';
import { metricRoutes } from '../resources/metrics/routes.ts';
import { readModels } from '../resources/models/read.ts';
import { modelRoutes } from '../resources/models/routes.ts';
import { models } from '../resources/models/store.ts';
import { readNamespaces } from '../resources/namespaces/read.ts';
import { namespaceRoutes } from '../resources/namespaces/routes.ts';
import { protectedAliasRoutes } from '../resources/protected-aliases/routes.ts';
import { readProtections } from '../resources/protected-aliases/rows.ts';
import { referenceRoutes } from '../resources/references/routes.ts';
import { readTokens } from '../resources/tokens/tokens.ts';
import { readUploads } from '../resources/uploads/read.ts';
import { uploadRoutes } from '../resources/uploads/routes.ts';
import { verificationRoutes } from '../resources/verifications/routes.ts';
import { readVersions } from '../resources/versions/read.ts';
import { versionRoutes } from '../resources/versions/routes.ts';
import { versions } from '../resources/versions/store.ts';
import { systemRoutes } from '../system/routes.ts';

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
