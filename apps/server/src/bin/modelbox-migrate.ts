#!/usr/bin/env node
import { migrate, requirePostgres } from '@modelbox/db';
import { ConfigError } from '../config/config.ts';
import { runCommand } from './run-command.ts';

await runCommand('migration', {}, async ({ config, tell }) => {
  const { databaseUrl: url, allowNewerSchema: allowNewer } = config;
  if (url === undefined)
    throw new ConfigError(['Set DATABASE_URL. A server with the embedded Postgres migrates it at start.']);
  const say = (details: object, message: string) => tell(`${message} ${JSON.stringify(details)}`);
  const log = { info: say, warn: say, error: say };
  const applied = await migrate({ url, settingsBy: await requirePostgres(url), allowNewer, log });
  return `The database is current. Applied migrations: ${applied.join(', ') || 'none'}.`;
});
