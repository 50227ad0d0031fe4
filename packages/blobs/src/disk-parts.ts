import { readdir } from 'node:fs/promises';
import { ifThere } from './disk-errors.ts';

/**
 * A received part in the directory of an upload, as `<number>.<generation>.<bytes>.<sha256>`. Replacing content gets
 * the next generation. So the names alone decide which content counts, independent of clocks, and a slow writer
 * cannot change it.
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

/** Concurrent attempts may have the same generation. Any of them may count, if all readers agree. */
const isLater = (one: Attempt, other: Attempt): boolean =>
  one.generation > other.generation || (one.generation === other.generation && one.sha256 > other.sha256);

/** Lists the attempts in the directory of an upload, or for one part. `undefined` if the directory is missing. */
export async function attemptsIn(directory: string, number?: number): Promise<Attempt[] | undefined> {
  const names = await ifThere(readdir(directory));
  const wanted = number === undefined ? names : names?.filter((name) => name.startsWith(`${number}.`));
  return wanted?.flatMap((name) => parseAttempt(name) ?? []);
}

/** Selects the attempts that count, by part number. */
export function latestOf(attempts: readonly Attempt[]): Map<number, Attempt> {
  const latest = new Map<number, Attempt>();
  for (const attempt of attempts) {
    const known = latest.get(attempt.number);
    if (!known || isLater(attempt, known)) latest.set(attempt.number, attempt);
  }
  return latest;
}

/**
 * A part of a blob that is a directory, as `<place>of<count>.<bytes>` with leading zeros. So the names sort in the
 * order of the content, and a missing part is noticed.
 */
export interface StoredPart {
  readonly name: string;
  readonly sizeBytes: number;
}

export function nameOfPart(index: number, count: number, sizeBytes: number): string {
  const padded = (value: number) => String(value).padStart(5, '0');
  return `${padded(index)}of${padded(count)}.${sizeBytes}`;
}

/** Returns the parts of a blob in order, or `undefined` unless all exist. */
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
