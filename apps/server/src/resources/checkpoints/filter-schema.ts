import type { SqlSchema } from '@modelbox/domain';
import { Status } from '@modelbox/schema';
import { commonFields, metricSql, tagsSql } from '../../core/lists/schemas.ts';

/** Statements with this schema must bind `$2` to the id of the namespace of bare dataset names. */
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
  metric: metricSql('c', '$2::uuid'),
};
