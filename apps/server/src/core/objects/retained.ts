import type { Hold } from '@modelbox/schema';

/** Columns about the retention of a version or checkpoint, as read statements name them. */
export interface RetainedRow {
  hold: Hold | null;
  filesRemovedAt: Date | null;
}

export const retainedColumns = (t: string): string => `${t}.files_removed_at AS "filesRemovedAt",
  (SELECT json_build_object('reason', h.reason, 'by', h.created_by, 'at', h.created_at) FROM holds h
    WHERE h.object_id = ${t}.id) AS hold`;

export const retainedOf = ({ hold, filesRemovedAt }: RetainedRow) => ({
  hold: hold && { ...hold, at: new Date(hold.at).toISOString() },
  filesRemovedAt: filesRemovedAt?.toISOString() ?? null,
});
