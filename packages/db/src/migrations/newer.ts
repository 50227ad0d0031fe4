/**
 * Matches migrations that only add. The name has the mark (`20270101000000_expand_…`), because servers of an older
 * release can read only the name.
 */
const expandOnly = /^\d{14}_expand_/;

/** Lists the migrations in `unknown` on which an older server must not start. */
export const refusedMigrations = (unknown: readonly string[]): string[] =>
  unknown.filter((name) => !expandOnly.test(name));

/** Explains to the operator of an older server why it does not start, and what to do. */
export function newerSchemaMessage(unknown: readonly string[]): string {
  const [which, them] =
    unknown.length === 1 ? ['the migration', 'it'] : [`${unknown.length} migrations`, 'them'];
  return (
    `A newer release of ModelBox has migrated this database, and this release does not know ${which} ` +
    `${unknown.join(', ')}: start the newer release, or restore a backup from before the upgrade, or set ` +
    `MODELBOX_ALLOW_NEWER_SCHEMA=true if the release notes say that this release works with ${them}.`
  );
}
