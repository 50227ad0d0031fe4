import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.ts';

/**
 * Members of a log line that must never show, wherever somebody puts them by mistake. Few, and without wildcards: they
 * are looked for in every line. Requests are logged by method, path and status, never by their headers or bodies.
 */
const SECRETS = ['authorization', 'token', 'password', 'secret', 'databaseUrl', 'headers', 'err.config'];

/** Bytes of log lines that are written in one go, and the milliseconds after which they are in any case. */
const CHUNK = 65_536;
const FLUSH_EVERY = 200;

/** JSON lines in production, lines for people on a terminal. What is buffered is written when the process ends. */
export function createLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  isTerminal: boolean,
): Logger {
  const options = { level: logLevel, redact: { paths: SECRETS, censor: '[redacted]' }, base: null };
  if (logFormat === 'pretty' || (logFormat === 'auto' && isTerminal)) {
    return pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true }));
  }
  return pino(
    options,
    pino.destination({ sync: false, minLength: CHUNK, maxWrite: 2 * CHUNK, periodicFlush: FLUSH_EVERY }),
  );
}
