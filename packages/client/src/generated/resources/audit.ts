// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { DownloadPromise } from '../../core/download-promise.ts';
import type { CallOptions, DownloadOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import type { AuditEntry, AuditExportQuery, AuditListQuery } from '../schemas.ts';

/** The audit. */
export class Audit extends Resource {
  /** List writes, denied attempts and reads, newest first. */
  list(query?: AuditListQuery, options?: CallOptions): PagePromise<AuditEntry> {
    return this.http.list<AuditEntry>({ url: '/v1/audit', query, options });
  }

  /**
   * Export the audit, oldest first.
   *
   * Sends one JSON entry per line (NDJSON): all matching entries that existed when the export began. If the
   * export cannot continue, the connection breaks; a complete answer is never shortened.
   */
  export(options?: DownloadOptions & AuditExportQuery): DownloadPromise {
    return this.http.download({
      url: '/v1/audit/export',
      query: { namespace: options?.namespace, actor: options?.actor, token: options?.token, address: options?.address, outcome: options?.outcome, action: options?.action, route: options?.route, objectKind: options?.objectKind, object: options?.object, requestId: options?.requestId, since: options?.since, until: options?.until },
      options,
    });
  }
}
