#!/usr/bin/env node
import { DatabaseRefusedError, EmbeddedPostgresError, MigrationError } from '@modelbox/db';
import { ConfigError, readConfig } from '../config.ts';
import { helpText } from '../help.ts';
import { createLog } from '../log.ts';
import { startServer } from '../server.ts';
import { serviceLinks } from '../service-links.ts';
import { VERSION } from '../system/version.ts';
import { greeting } from './greeting.ts';

/** Ends the process with a message for a person instead of a stack. */
function giveUp(message: string): never {
  process.stderr.write(`\nModelBox did not start.\n${message}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') return void process.stdout.write(helpText(VERSION));
  if (config === 'version') return void process.stdout.write(`${VERSION}\n`);
  const log = createLog(config, process.stdout.isTTY === true);
  const links = serviceLinks(process.env);
  if (links.length > 0)
    log.info({ links }, 'ignored variables that describe services (Kubernetes service links), no settings');
  const starting = startServer(config, log);
  // From the first moment on: a start that is interrupted stops what it has started by then.
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping: requests in flight may end');
    starting
      .then((server) => server.stop())
      .then(
        () => {
          log.info('stopped');
          process.exit(0);
        },
        (error: unknown) => {
          log.fatal({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const server = await starting;
  if (!stopping) process.stdout.write(greeting(config, server.url));
}

main().catch((error: unknown) => {
  if (
    error instanceof ConfigError ||
    error instanceof DatabaseRefusedError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof MigrationError
  )
    giveUp(error.message);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    giveUp(`${message}: another process listens there. Stop it, or choose another MODELBOX_PORT.`);
  giveUp(error instanceof Error ? (error.stack ?? message) : String(error));
});
