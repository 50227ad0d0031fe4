import type { SqlSchema } from '@modelbox/domain';
import { Status } from '@modelbox/schema';
import { commonFields, frameworkForm, metricSql, tagsSql } from '../../core/lists/schemas.ts';

/** Metrics on a bare dataset name need the namespace of the objects. */
export const versionSchema: SqlSchema = {
  fields: {
    ...commonFields('v'),
    version: { type: 'text', nfc: true, sql: 'v.version', nullable: false },
    name: { type: 'text', sql: 'v.name' },
    description: { type: 'text', sql: 'v.description' },
    framework: { type: 'text', sql: 'v.framework', form: frameworkForm },
    status: { type: 'text', sql: 'v.status', nullable: false, values: Status.options },
    readyAt: { type: 'time', sql: 'v.ready_at' },
    deletedAt: { type: 'time', sql: 'v.deleted_at' },
  },
  tags: tagsSql('v'),
  aliases: {
    contains: (word) => `EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id AND a.name = ${word})`,
    empty: 'NOT EXISTS (SELECT 1 FROM aliases a WHERE a.version_id = v.id)',
  },
  metadata: 'v.metadata',
  metric: metricSql('v'),
};
