import { mergePatch } from '@modelbox/domain';
import { METADATA_MAX_BYTES } from '@modelbox/schema';
import { invalidField } from '../../protocol/problem.ts';
import { canonicalJson } from '../writes/canonical.ts';
import { demandVisible } from './new-name.ts';

/** Applies a merge patch to metadata; `null` empties it. Throws 422 if the result is too large. */
export function patchMetadata(
  metadata: unknown,
  patch: Record<string, unknown> | null,
  pointer = '/metadata',
): Record<string, unknown> {
  return checkMetadata(
    patch === null ? {} : (mergePatch(metadata, patch) as Record<string, unknown>),
    pointer,
  );
}

/** Returns the metadata. Throws 422 if it is larger than `METADATA_MAX_BYTES`. */
export function checkMetadata(
  metadata: Record<string, unknown>,
  pointer = '/metadata',
): Record<string, unknown> {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= METADATA_MAX_BYTES) return metadata;
  throw invalidField('body', pointer, `must be at most ${METADATA_MAX_BYTES} bytes of JSON; it has ${bytes}`);
}

export const tagSet = (tags: readonly string[] | null | undefined): string[] =>
  [...new Set(tags ?? [])].sort(byCodePoint);

/** The order of Postgres' collation "C" on UTF-8. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

interface Patchable {
  metadata?: Record<string, unknown> | null | undefined;
  tags?: string[] | null | undefined;
}

/**
 * Returns the columns that a merge patch changes. Missing members stay, `null` removes. Unchanged fields are left out,
 * so that a patch that changes nothing writes nothing.
 */
export function changedColumns<B extends Patchable & Record<string, unknown>>(
  row: Record<string, unknown>,
  body: B,
): Record<string, unknown> {
  const wanted = Object.entries(body).map(([name, value]): [string, unknown] => {
    if (name === 'metadata')
      return [name, patchMetadata(row['metadata'], value as Record<string, unknown> | null)];
    if (name === 'tags') {
      const tags = value as string[] | null;
      demandVisibleTags(row['tags'] as string[], tags ?? []);
      return [name, tagSet(tags)];
    }
    return [name, value];
  });
  return Object.fromEntries(
    wanted.filter(([name, value]) => value !== undefined && !isSame(row[name], value)),
  );
}

/** Requires that all characters of added tags are visible. Existing tags may stay. */
function demandVisibleTags(before: readonly string[], tags: readonly string[]): void {
  const kept = new Set(before);
  for (const [index, tag] of tags.entries()) if (!kept.has(tag)) demandVisible('body', `/tags/${index}`, tag);
}

/** Whether Postgres stores both values alike: `jsonb` does not keep the order of members. */
const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
