import type { Serve } from '../../protocol/verb.ts';
import { exportAudit } from './export.ts';
import { listAudit } from './list.ts';

export function auditRoutes(serve: Serve): void {
  serve('audit.list', listAudit);
  serve('audit.export', exportAudit, 'own-turns');
}
