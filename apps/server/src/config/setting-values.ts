import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { databaseAddress } from '@modelbox/db';
import { parseDuration } from '@modelbox/domain';
import { PRINCIPAL_PATTERN } from '@modelbox/schema';
import { isSafeUrl } from './addresses.ts';

/* Parsers of settings. Each throws an Error whose message completes the sentence "must be …". */

function fail(what: string): never {
  throw new Error(what);
}

export const matching = (text: string, pattern: RegExp, what: string): string =>
  pattern.test(text) ? text : fail(what);

export function integer(text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : fail(`an integer from ${min} to ${max}`);
}

export function boolean(text: string): boolean {
  return text === 'true' || text === '1'
    ? true
    : text === 'false' || text === '0'
      ? false
      : fail('true or false');
}

const UNITS: Record<string, number> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

export function size(text: string, min: number, max: number): number {
  const [, digits, unit = ''] = /^(\d{1,16})\s?(|[KMGT]iB)$/.exec(text) ?? [];
  const bytes = digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
  return bytes >= min && bytes <= max
    ? bytes
    : fail(`a number of bytes, for example "1048576" or "1MiB", from ${min} to ${max}`);
}

const CENTURY = 100 * 365 * 86_400_000;

/** Returns the milliseconds of an ISO 8601 duration. Years and months are refused, because their length varies. */
export function duration(text: string, min: number, max = CENTURY): number {
  const parsed = parseDuration(text);
  const ms = parsed.ok ? parsed.milliseconds : Number.NaN;
  if (ms >= min && ms <= max) return ms;
  const allowed = DURATIONS.filter(([, length]) => length >= min && length <= max);
  const examples = [allowed[0], allowed.at(-1)].map((example) => `"${example?.[0]}"`);
  return fail(
    `an ISO 8601 duration, for example ${[...new Set(examples)].join(' or ')}, from ${spoken(min)} to ${spoken(max)}`,
  );
}

/** Examples for an error message. A message shows only those that the setting accepts. */
const DURATIONS: readonly (readonly [string, number])[] = [
  ['PT30S', 30_000],
  ['PT15M', 900_000],
  ['P7D', 7 * 86_400_000],
];

const spoken = (ms: number): string =>
  ms >= 86_400_000 && ms % 86_400_000 === 0 ? `${ms / 86_400_000} days` : `${ms / 1000} seconds`;

export function networks(text: string): string[] {
  if (text === 'none') return [];
  const items = text.split(',').map((item) => item.trim());
  return items.every(isNetwork)
    ? items
    : fail('IP addresses or networks such as "10.0.0.0/8", separated by commas');
}

export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const isMask = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return family !== 0 && isMask && rest.length === 0;
}

export function postgresUrl(text: string): string {
  databaseAddress(text);
  return text;
}

export function principals(text: string, others = 'none, or '): string[] {
  if (text === 'none') return [];
  const items = text.split(',').map((item) => item.trim().normalize('NFC'));
  return items.every((item) => PRINCIPAL_PATTERN.test(item))
    ? items
    : fail(`${others}principals such as "user:ann@example.com" or "group:ml", separated by commas`);
}

export const claimName = (text: string): string =>
  matching(text, /^[\u0021-\u007e]{1,200}$/, 'a claim of 1 to 200 visible characters');

/** Parses an OIDC issuer. It must equal the `iss` of its tokens byte by byte, so it is not normalized. */
export function issuerUrl(text: string): string {
  const isPlain = isSafeUrl(text) && !/[?#@\s]/.test(text);
  return isPlain
    ? text
    : fail('an https URL without user, query and fragment (http is allowed for loopback only)');
}

/**
 * Returns an absolute path. Rejects syntax that only a shell expands. systemd, Docker and Compose read an env file as
 * another user, so `~` could be the wrong folder.
 */
export function folder(text: string): string {
  if (/^~|^\$|^['"]|\0/.test(text))
    fail(
      'the path of a folder as it is on the disk, for example "/srv/modelbox" or "./data" (the server does not ' +
        'expand a leading ~ or $HOME and does not remove quotes; put ./ in front if the folder has such a name)',
    );
  return resolve(text);
}
