/**
 * The advisory lock of a backup. A worker that removes content takes the lock shared for a moment, after it has read
 * what to remove. So content that the copied database may refer to stays until the backup has copied it.
 */
export const backupLock = "hashtextextended('modelbox backup', 0)";
