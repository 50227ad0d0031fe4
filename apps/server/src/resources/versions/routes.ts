import type { Serve } from '../../protocol/verb.ts';
import { readLineage } from '../lineage/read.ts';
import { createVersion } from './create.ts';
import { finalizeVersion } from './finalize.ts';
import { listVersions } from './list.ts';

export function versionRoutes(serve: Serve): void {
  serve('models.versions.create', createVersion);
  serve('models.versions.list', listVersions);
  serve('versions.finalize', finalizeVersion);
  serve('versions.lineage', readLineage);
}
