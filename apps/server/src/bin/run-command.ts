import { EmbeddedPostgresError } from '@modelbox/db';
import { BackupError } from '../backup/layout.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';

interface Given {
  readonly config: Config;
  /** The one argument: a folder. */
  readonly place: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Runs a command that takes a folder and the settings of the server, and says what it does on standard error. */
export async function runCommand(
  name: string,
  argument: string,
  run: (given: Given) => Promise<string>,
): Promise<void> {
  const [place, ...flags] = process.argv.slice(2);
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  if (place === undefined || place === '' || place.startsWith('-')) {
    tell(`usage: npm run ${name} -- ${argument} [flags of the server, such as --data-dir]`);
    process.exitCode = 2;
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(new BackupError(`Stopped by ${signal}; nothing was left behind.`)));
  try {
    const config = readConfig(flags, process.env);
    if (typeof config === 'string') throw new ConfigError([`${name} has no such flag.`]);
    process.stdout.write(`${await run({ config, place, signal: stop.signal, tell })}\n`);
  } catch (error) {
    tell(`\nThe ${name} failed. ${sentence(error)}`);
    process.exitCode = 1;
  }
}

function sentence(error: unknown): string {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (error instanceof BackupError || error instanceof ConfigError || error instanceof EmbeddedPostgresError)
    return message;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `The disk is full (${message}). Nothing was left behind.`;
  return typeof code === 'string' ? message : (stack ?? message);
}
