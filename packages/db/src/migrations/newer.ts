/**
 * A migration that only adds. Its name carries the mark (`20270101000000_expand_…`), because the name is all that a
 * server of an older release can read of it.
 */
const expandOnly = /^\d{14}_expand_/;

/** The migrations among `unknown` that an older server must not start on. */
export const refusedMigrations = (unknown: readonly string[]): string[] =>
  unknown.filter((name) => !expandOnly.test(name));

/** Tells the operator of an older server why it does not start, and what to do. */
export function newerSchemaMessage(unknown: readonly string[]): string {
  const [which, them] =
    unknown.length === 1 ? ['the migration', 'it'] : [`${unknown.length} migrations`, 'them'];
  return (
    `A newer release of ModelBox has migrated this database, and this release does not know ${which} ` +
    `${unknown.join(', ')}: start the newer release, or restore a backup from before the upgrade, or set ` +
    `MODELBOX_ALLOW_NEWER_SCHEMA=true if the release notes say that this release works with ${them}.`
  );
}
