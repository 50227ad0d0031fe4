import { mergePatch } from '@modelbox/domain';
import { METADATA_MAX_BYTES } from '@modelbox/schema';
import { invalidField } from '../../protocol/problem.ts';
import { canonicalJson } from '../writes/canonical.ts';
import { demandVisible } from './new-name.ts';

/** Metadata with a merge patch applied; `null` empties it. 422 where the result is larger than metadata may be. */
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

/** Metadata within its bound: 422 otherwise. */
export function checkMetadata(
  metadata: Record<string, unknown>,
  pointer = '/metadata',
): Record<string, unknown> {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= METADATA_MAX_BYTES) return metadata;
  throw invalidField('body', pointer, `must be at most ${METADATA_MAX_BYTES} bytes of JSON; it has ${bytes}`);
}

/** Tags as they are kept: a set, in order. */
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
 * The columns that a merge patch sets: members that were not sent stay as they are, `null` removes. Only fields whose
 * value differs are named, so that a patch that changes nothing writes nothing.
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

/** Demands that added tags show all their characters. Tags that the object has already can stay. */
function demandVisibleTags(before: readonly string[], tags: readonly string[]): void {
  const kept = new Set(before);
  for (const [index, tag] of tags.entries()) if (!kept.has(tag)) demandVisible('body', `/tags/${index}`, tag);
}

/** Whether Postgres would hold the same: `jsonb` has no order of members. */
const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
