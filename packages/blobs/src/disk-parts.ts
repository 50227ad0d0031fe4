import { readdir } from 'node:fs/promises';
import { ifThere } from './disk-errors.ts';

/**
 * A part as it came, in the directory of an upload: `<number>.<generation>.<bytes>.<sha256>`. Content that replaces
 * other gets the next generation, so that what counts is plain from the names, whatever the clocks say, and a slow
 * writer can never touch what counts.
 */
export interface Attempt {
  readonly name: string;
  readonly number: number;
  readonly generation: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export const nameOfAttempt = ({ number, generation, sizeBytes, sha256 }: Omit<Attempt, 'name'>): string =>
  `${number}.${generation}.${sizeBytes}.${sha256}`;

function parseAttempt(name: string): Attempt | undefined {
  const [, number, generation, sizeBytes, sha256] = /^(\d+)\.(\d+)\.(\d+)\.([0-9a-f]{64})$/.exec(name) ?? [];
  if (sha256 === undefined) return undefined;
  const numbers = { number: Number(number), generation: Number(generation), sizeBytes: Number(sizeBytes) };
  return { name, ...numbers, sha256 };
}

/** Two that were under way together may have the same generation: either may count, as long as all agree. */
const isLater = (one: Attempt, other: Attempt): boolean =>
  one.generation > other.generation || (one.generation === other.generation && one.sha256 > other.sha256);

/** Every attempt in the directory of an upload, or at one part; `undefined` where there is no such directory. */
export async function attemptsIn(directory: string, number?: number): Promise<Attempt[] | undefined> {
  const names = await ifThere(readdir(directory));
  const wanted = number === undefined ? names : names?.filter((name) => name.startsWith(`${number}.`));
  return wanted?.flatMap((name) => parseAttempt(name) ?? []);
}

/** Those that count, by number. */
export function latestOf(attempts: readonly Attempt[]): Map<number, Attempt> {
  const latest = new Map<number, Attempt>();
  for (const attempt of attempts) {
    const known = latest.get(attempt.number);
    if (!known || isLater(attempt, known)) latest.set(attempt.number, attempt);
  }
  return latest;
}

/**
 * A part of a blob that is a directory: `<place>of<count>.<bytes>`, with zeros in front, so that the names in order are
 * the content, and that one is missing shows.
 */
export interface StoredPart {
  readonly name: string;
  readonly sizeBytes: number;
}

export function nameOfPart(index: number, count: number, sizeBytes: number): string {
  const padded = (value: number) => String(value).padStart(5, '0');
  return `${padded(index)}of${padded(count)}.${sizeBytes}`;
}

/** The parts of a blob in order; `undefined` unless all are there. */
export async function partsIn(directory: string): Promise<StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  const entries = (await ifThere(readdir(directory, { withFileTypes: true }))) ?? [];
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  for (const name of files.sort()) {
    const [, place, count, sizeBytes] = /^(\d{5})of(\d{5})\.(\d+)$/.exec(name) ?? [];
    if (sizeBytes === undefined) continue;
    parts.push({ name, sizeBytes: Number(sizeBytes) });
    if (Number(place) !== parts.length) return undefined;
    if (place === count) return parts;
  }
  return undefined;
}

export const sizeOf = (parts: readonly StoredPart[]): number =>
  parts.reduce((sum, part) => sum + part.sizeBytes, 0);
