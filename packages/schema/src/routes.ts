import { accessRoutes } from './access.ts';
import { aliasRoutes } from './aliases.ts';
import { archiveRoute } from './archives.ts';
import { auditRoutes } from './audit.ts';
import { checkpointRoutes } from './checkpoints.ts';
import { datasetRoutes } from './datasets.ts';
import { decisionRoutes } from './decisions.ts';
import { evaluationRoutes } from './evaluations.ts';
import { eventRoutes } from './events.ts';
import { experimentRoutes } from './experiments.ts';
import { fileRoutes } from './files.ts';
import { lineageRoutes } from './lineage.ts';
import { metadataRoutes } from './metadata.ts';
import { metricRoutes } from './metrics.ts';
import { modelRoutes } from './models.ts';
import { namespaceRoutes } from './namespaces.ts';
import { policyRoutes } from './policies.ts';
import { proposalRoutes } from './proposals.ts';
import { protectedAliasRoutes } from './protected-aliases.ts';
import { referenceRoutes } from './references.ts';
import type { OwnerKind } from './resources.ts';
import { holdRoutes, previewRoutes } from './retention.ts';
import type { Route } from './route.ts';
import { systemRoutes } from './system.ts';
import { uploadRoutes } from './uploads.ts';
import { verificationRoutes } from './verifications.ts';
import { versionRoutes } from './versions.ts';

const ownerRoutes = <K extends OwnerKind>(kind: K) =>
  [...fileRoutes(kind), ...metricRoutes(kind), ...metadataRoutes(kind), ...eventRoutes(kind)] as const;

/** Every route. The server, the OpenAPI document, the clients and the authorization test derive from this list. */
const table = [
  ...namespaceRoutes,
  ...modelRoutes,
  ...ownerRoutes('model'),
  ...versionRoutes,
  ...ownerRoutes('version'),
  archiveRoute('version'),
  ...lineageRoutes,
  ...aliasRoutes,
  ...protectedAliasRoutes,
  ...referenceRoutes,
  ...experimentRoutes,
  ...ownerRoutes('experiment'),
  ...checkpointRoutes,
  ...ownerRoutes('checkpoint'),
  archiveRoute('checkpoint'),
  ...datasetRoutes,
  ...uploadRoutes,
  ...policyRoutes,
  ...evaluationRoutes,
  ...decisionRoutes,
  ...proposalRoutes,
  ...previewRoutes,
  ...holdRoutes,
  ...accessRoutes,
  ...auditRoutes,
  ...verificationRoutes,
  ...systemRoutes,
] as const;

export type RouteTable = { [R in (typeof table)[number] as R['id']]: R };
export type RouteId = keyof RouteTable;

export const routes = Object.fromEntries(table.map((r) => [r.id, r])) as RouteTable;
export const routeList: readonly Route[] = table;
