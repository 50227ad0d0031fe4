/** Columns of every object, as read statements name them. */
export interface CommonRow {
  id: string;
  metadata: Record<string, unknown>;
  rowVersion: number;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface DeletableRow extends CommonRow {
  deletedAt: Date | null;
}

/** @param t alias of the table. */
export const commonColumns = (t: string): string =>
  `${t}.id, ${t}.metadata, ${t}.row_version AS "rowVersion", ${t}.created_by AS "createdBy", ` +
  `${t}.created_at AS "createdAt", ${t}.updated_at AS "updatedAt"`;

export const deletableColumns = (t: string): string => `${commonColumns(t)}, ${t}.deleted_at AS "deletedAt"`;

export const auditFieldsOf = (row: CommonRow) => ({
  id: row.id,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const deletableAuditFieldsOf = (row: DeletableRow) => ({
  ...auditFieldsOf(row),
  deletedAt: row.deletedAt?.toISOString() ?? null,
});
