#!/usr/bin/env node
import { backUp } from '../backup/back-up.ts';
import { runCommand } from './run-command.ts';

await runCommand('backup', { argument: 'DESTINATION' }, async ({ config, place, signal, tell }) => {
  const { files, bytes } = await backUp({ config, destination: place, signal, tell });
  return `Backed up ${config.dataDir} to ${place}: ${files} files, ${bytes} bytes.`;
});
