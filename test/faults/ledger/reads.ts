import { ConflictError, type ModelBox, ModelBoxError, NotFoundError } from '@modelbox/client';
import { readTar } from '../../../apps/server/testing/archives.ts';
import { sha256Of } from './content.ts';
import { type Answer, exchange } from './exchange.ts';
import type { Entry, Ledger } from './ledger.ts';

/* Compares each way to read a file with the ledger. */

interface Target {
  readonly url: string;
  readonly ledger: Ledger;
}

export const nameIn = (entry: Entry): string => entry.path.split('/files/')[1] ?? '';

/** Downloads the whole file like curl, and compares its hash. */
export async function readWhole({ url, ledger }: Target, entry: Entry): Promise<void> {
  const answer = await exchange('GET', `${url}${entry.path}`);
  if (!judgeRead(ledger, 'GET', answer, entry)) return;
  demand(ledger, 'GET', sha256Of(answer.bytes), entry);
}

/** @returns whether content arrived. */
function judgeRead(ledger: Ledger, what: string, answer: Answer, entry: Entry): boolean {
  const allowed = [
    '200',
    '206',
    'broken',
    ...(entry.may.has(null) ? ['404'] : []),
    ...(ledger.isPending(entry) ? ['409 file_not_verified'] : []),
    ...(ledger.tolerance.damage ? ['409 file_corrupt'] : []),
  ];
  return ledger.judge(`${what} ${entry.path}`, answer, allowed);
}

function demand(ledger: Ledger, what: string, sha256: string, entry: Entry): void {
  ledger.filesHashed += 1;
  if (!entry.may.has(sha256))
    ledger.problem(`${what} ${entry.path}: WRONG BYTES ${sha256}, not one of ${[...entry.may].join(', ')}`);
}

/** Downloads the middle third of a file right after the whole file. */
export async function readRange({ url, ledger }: Target, entry: Entry): Promise<void> {
  const whole = await exchange('GET', `${url}${entry.path}`);
  const isThere = judgeRead(ledger, 'GET', whole, entry);
  const size = whole.bytes.length;
  if (!isThere || size === 0) return;
  const [start, end] = [Math.floor(size / 3), Math.floor((size * 2) / 3)];
  const range = { range: `bytes=${start}-${end}`, 'if-range': String(whole.headers.etag) };
  const part = await exchange('GET', `${url}${entry.path}`, undefined, range);
  if (!judgeRead(ledger, 'GET range', part, entry) || part.status !== 206) return;
  const expected = whole.bytes.subarray(start, end + 1);
  const isRight = ledger.tolerance.ranges
    ? part.bytes.length === expected.length
    : part.bytes.equals(expected);
  if (!isRight) ledger.problem(`GET range ${entry.path}: WRONG BYTES in ${range.range}`);
}

export async function readHead({ url, ledger }: Target, entry: Entry): Promise<void> {
  const answer = await exchange('HEAD', `${url}${entry.path}`);
  // An answer to HEAD has no body with a code.
  const isConflict = ledger.isPending(entry) || ledger.tolerance.damage;
  const allowed = ['200', ...(entry.may.has(null) ? ['404'] : []), ...(isConflict ? ['409'] : [])];
  if (!ledger.judge(`HEAD ${entry.path}`, answer, allowed)) return;
  const sha256 = String(answer.headers.etag).slice(1, -1);
  if (!entry.may.has(sha256)) ledger.problem(`HEAD ${entry.path}: another ETag, ${sha256}`);
}

/** Downloads with the typed client, which checks the hash itself. */
export async function readByClient(
  client: ModelBox,
  ledger: Ledger,
  entry: Entry,
  experiment: string,
): Promise<void> {
  const what = 'client.download';
  try {
    const download = await client.experiments.files.download(experiment, nameIn(entry));
    const bytes = await download.bytes();
    ledger.count(`${what} whole`);
    demand(ledger, what, sha256Of(bytes), entry);
  } catch (error) {
    ledger.count(`${what} ${(error as Error).name}`);
    if (!isExpected(ledger, entry, error)) ledger.problem(`${what} ${entry.path}: ${String(error)}`);
  }
}

function isExpected(ledger: Ledger, entry: Entry, error: unknown): boolean {
  if (error instanceof NotFoundError) return entry.may.has(null);
  if (error instanceof ConflictError)
    return error.code === 'file_corrupt' ? ledger.tolerance.damage : ledger.isPending(entry);
  // 503, a broken connection, or a hash mismatch that the client found.
  return error instanceof ModelBoxError && ledger.tolerance.faults;
}

export async function readArchive(
  { url, ledger }: Target,
  checkpoint: string,
  entries: readonly Entry[],
): Promise<void> {
  const answer = await exchange('GET', `${url}/v1/checkpoints/${checkpoint}/archive`);
  const allowed = ['200', 'broken', ...(ledger.tolerance.damage ? ['409 file_corrupt'] : [])];
  if (!ledger.judge(`archive /${checkpoint}`, answer, allowed)) return;
  const files = new Map((await readTar([answer.bytes])).map(({ path, content }) => [path, content]));
  for (const entry of entries) {
    const content = files.get(nameIn(entry));
    if (content) demand(ledger, 'archive', sha256Of(content), entry);
    else ledger.problem(`archive ${checkpoint}: ${entry.path} is missing`);
  }
}
