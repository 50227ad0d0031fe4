import { postgresFailure } from '@modelbox/db';

/** A write in one statement found too late that it cannot be done, and has aborted itself (the SQL function `undo_write`). */
export const isAborted = (error: unknown): boolean => postgresFailure(error)?.code === 'MB001';
