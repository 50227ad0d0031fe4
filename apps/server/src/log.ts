import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** What must never stand in a log, wherever it comes from. */
const SECRETS = [
  'authorization',
  'cookie',
  'token',
  'password',
  'secret',
  'databaseUrl',
  'req.headers.authorization',
  'req.headers.cookie',
  'err.config',
];

/** JSON lines in production, lines for people on a terminal. */
export function createLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  isTerminal: boolean,
): Logger {
  const options = {
    level: logLevel,
    redact: { paths: [...SECRETS, ...SECRETS.map((path) => `*.${path}`)], censor: '[redacted]' },
    base: null,
  };
  const forPeople = logFormat === 'pretty' || (logFormat === 'auto' && isTerminal);
  return forPeople
    ? pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true }))
    : pino(options);
}
