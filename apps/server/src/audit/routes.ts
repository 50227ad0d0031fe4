import type { Serve } from '../http/verb.ts';
import { exportAudit } from './export.ts';
import { listAudit } from './list.ts';

export function auditRoutes(serve: Serve): void {
  serve('audit.list', listAudit);
  serve('audit.export', exportAudit);
}
