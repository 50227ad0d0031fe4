import { mergePatch } from '@modelbox/domain';
import { METADATA_MAX_BYTES } from '@modelbox/schema';
import { invalidField } from '../http/problem.ts';
import { canonicalJson } from '../writes/canonical.ts';

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
    return [name, name === 'tags' ? tagSet(value as string[] | null) : value];
  });
  return Object.fromEntries(
    wanted.filter(([name, value]) => value !== undefined && !isSame(row[name], value)),
  );
}

/** Whether Postgres would hold the same: `jsonb` has no order of members. */
const isSame = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
