/**
 * The advisory lock that a backup holds. Who removes stored content takes it shared for a moment, after having read what
 * is to be removed: what the backup's database may still refer to then stays until the backup has a copy.
 */
export const backupLock = "hashtextextended('modelbox backup', 0)";
