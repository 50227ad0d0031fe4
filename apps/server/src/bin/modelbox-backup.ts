#!/usr/bin/env node
import { backUp } from '../backup/back-up.ts';
import { runCommand } from './run-command.ts';

await runCommand('backup', { argument: 'DESTINATION' }, async ({ config, path, signal, tell }) => {
  const { files, bytes } = await backUp({ config, destination: path, signal, tell });
  return `Backed up ${config.dataDir} to ${path}: ${files} files, ${bytes} bytes.`;
});
