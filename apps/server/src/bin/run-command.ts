import { DatabaseRefusedError, EmbeddedPostgresError, MigrationError } from '@modelbox/db';
import { BackupError } from '../backup/layout.ts';
import { type Config, ConfigError, readConfig } from '../config/config.ts';
import { collectChunks } from './collect-chunks.ts';

interface Given {
  readonly config: Config;
  /** The only positional argument, a folder. Empty if the command has none. */
  readonly path: string;
  readonly has: (flag: string) => boolean;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

interface Form {
  readonly argument?: string;
  /** Flags of the command, without values. The flags of the server are allowed too. */
  readonly flags?: readonly string[];
  readonly failure?: number;
}

/** Runs a command that uses the settings of the server, and reports progress on standard error. */
export async function runCommand(
  name: string,
  { argument, flags: own = [], failure = 1 }: Form,
  run: (given: Given) => Promise<string>,
): Promise<void> {
  const given = process.argv.slice(2);
  const [place, ...rest] = argument === undefined ? ['', ...given] : given;
  const flags = rest.filter((flag) => !own.includes(flag));
  const has = (flag: string) => rest.includes(flag);
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  if (argument !== undefined && (place === undefined || place === '' || place.startsWith('-'))) {
    tell(`usage: npm run ${name} -- ${argument} [flags of the server, such as --data-dir]`);
    process.exitCode = 2;
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(new BackupError(`Stopped by ${signal}; nothing was left behind.`)));
  try {
    const config = readConfig(flags, process.env);
    if (typeof config === 'string')
      throw new ConfigError([
        `npm run ${name} takes neither --help nor --version. npm start -- --help lists the settings.`,
      ]);
    collectChunks();
    const words = await run({ config, path: place ?? '', has, signal: stop.signal, tell });
    if (words !== '') process.stdout.write(`${words}\n`);
  } catch (error) {
    tell(`\nThe ${name} failed. ${sentence(error)}`);
    process.exitCode = failure;
  }
}

/** Errors whose message is a sentence for the operator. */
const forPeople = [BackupError, ConfigError, DatabaseRefusedError, EmbeddedPostgresError, MigrationError];

function sentence(error: unknown): string {
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (forPeople.some((kind) => error instanceof kind)) return message;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `The disk is full (${message}). Nothing was left behind.`;
  return typeof code === 'string' ? message : (stack ?? message);
}
