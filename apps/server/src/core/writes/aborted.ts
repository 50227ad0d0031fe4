import { postgresFailure } from '@modelbox/db';

/** Whether a single-statement write rolled itself back with the SQL function `undo_write`. */
export const isAborted = (error: unknown): boolean => postgresFailure(error)?.code === 'MB001';
