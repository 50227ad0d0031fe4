import type { SqlSchema } from '@modelbox/domain';
import { ExperimentStatus } from '@modelbox/schema';
import { commonFields, frameworkForm, metricSql, tagsSql } from '../../core/lists/schemas.ts';

export const experimentSchema: SqlSchema = {
  fields: {
    ...commonFields('e'),
    namespace: { type: 'text', nfc: true, sql: 'n.path', nullable: false },
    name: { type: 'text', nfc: true, sql: 'e.name', nullable: false },
    owner: { type: 'text', sql: 'e.owner' },
    task: { type: 'text', sql: 'e.task' },
    framework: { type: 'text', sql: 'e.framework', form: frameworkForm },
    externalId: { type: 'text', sql: 'e.external_id' },
    status: { type: 'text', sql: 'e.status', nullable: false, values: ExperimentStatus.options },
    deletedAt: { type: 'time', sql: 'e.deleted_at' },
  },
  tags: tagsSql('e'),
  metadata: 'e.metadata',
  metric: metricSql('e', 'e.namespace_id'),
};
