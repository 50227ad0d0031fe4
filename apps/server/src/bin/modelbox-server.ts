#!/usr/bin/env node
import { constants } from 'node:os';
import { DatabaseRefusedError, EmbeddedPostgresError, MigrationError } from '@modelbox/db';
import { createLog } from '../app/log.ts';
import { startServer } from '../app/server.ts';
import { ConfigError, readConfig } from '../config/config.ts';
import { helpText } from '../config/help.ts';
import { serviceLinks } from '../config/service-links.ts';
import { VERSION } from '../system/version.ts';
import { collectChunks } from './collect-chunks.ts';
import { greeting } from './greeting.ts';

function giveUp(message: string): never {
  process.stderr.write(`\nModelBox did not start.\n${message}\n`);
  process.exit(1);
}

/** Milliseconds after the shutdown timeout at which the process ends in any case, even during its start. */
const OVERTIME = 2_000;

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') return void process.stdout.write(helpText(VERSION));
  if (config === 'version') return void process.stdout.write(`${VERSION}\n`);
  const log = createLog(config, process.stdout.isTTY === true);
  const links = serviceLinks(process.env);
  if (links.length > 0)
    log.info({ links }, 'ignored Kubernetes service links: these variables are not settings');
  collectChunks();
  const starting = startServer(config, log);
  // Handles signals from the first moment: an interrupted start stops the parts that already run.
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Shells report a signal as 128 plus its number.
    if (stopping) process.exit(128 + constants.signals[signal]);
    stopping = true;
    log.info(
      { signal },
      'stopping: waiting for requests in flight; a second signal ends the process at once',
    );
    setTimeout(() => {
      log.fatal('did not stop in time');
      process.exit(1);
    }, config.shutdownTimeout + OVERTIME).unref();
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
