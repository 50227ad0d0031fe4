#!/usr/bin/env node
import { restore } from '../backup/restore.ts';
import { runCommand } from './run-command.ts';

await runCommand('restore', { argument: 'BACKUP' }, async ({ config, path, signal, tell }) => {
  const { startedAt } = await restore({ config, source: path, signal, tell });
  return (
    `Restored the backup of ${startedAt} to ${config.dataDir}. Start the server with it: npm start -- ` +
    `--data-dir ${config.dataDir}`
  );
});
