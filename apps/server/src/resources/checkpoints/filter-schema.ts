import type { SqlSchema } from '@modelbox/domain';
import { Status } from '@modelbox/schema';
import { commonFields, metricSql, tagsSql } from '../../core/lists/schemas.ts';

/** Metrics on a bare dataset name need the namespace of the objects. */
export const checkpointSchema: SqlSchema = {
  fields: {
    ...commonFields('c'),
    epoch: { type: 'integer', sql: 'c.epoch' },
    step: { type: 'integer', sql: 'c.step' },
    status: { type: 'text', sql: 'c.status', nullable: false, values: Status.options },
    readyAt: { type: 'time', sql: 'c.ready_at' },
    deletedAt: { type: 'time', sql: 'c.deleted_at' },
  },
  tags: tagsSql('c'),
  metadata: 'c.metadata',
  metric: metricSql('c'),
};
