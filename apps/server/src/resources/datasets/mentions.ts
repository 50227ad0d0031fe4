import type { Sql } from '@modelbox/db';
import { byOf } from '../../core/writes/change.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Mentioned } from '../../protocol/located.ts';

export type DatasetMention = string | { name: string; digest?: string | null | undefined };

export interface MentionedDataset {
  readonly id: string;
  readonly digest: string | null;
  /** Its name relative to the namespace of the object. */
  readonly label: string;
}

const nameOf = (mention: DatasetMention): string => (typeof mention === 'string' ? mention : mention.name);
const digestOf = (mention: DatasetMention): string | null =>
  typeof mention === 'string' ? null : (mention.digest ?? null);

/**
 * Finds the datasets that a request mentions, and creates missing ones, in the transaction of the caller.
 * @param located the located mentions. A missing dataset has no id.
 * @param namespace of the object that mentions the datasets.
 */
export async function ensureDatasets(
  sql: Sql,
  ctx: RequestContext,
  located: readonly Mentioned[],
  mentions: readonly DatasetMention[],
  namespace: string,
): Promise<(mention: DatasetMention) => MentionedDataset> {
  const digests = new Map<string, string>();
  for (const mention of mentions) {
    const digest = digestOf(mention);
    if (digest !== null && !digests.has(nameOf(mention))) digests.set(nameOf(mention), digest);
  }
  const known = new Map<string, MentionedDataset>();
  // In order of name, so that two requests that create the same datasets do not deadlock.
  const inOrder = [...located].sort((a, b) =>
    `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1,
  );
  for (const dataset of inOrder) {
    const [row] = await sql<{ id: string; digest: string | null }>(
      'SELECT e.id::text AS id, e.digest FROM ensure_dataset($1, $2, $3, $4::jsonb, $5::timestamptz) e',
      [dataset.namespace, dataset.name, digests.get(dataset.mention) ?? null, byOf(ctx), ctx.now()],
    );
    if (row === undefined) throw new Error('ensure_dataset returned no row');
    const label = dataset.namespace === namespace ? dataset.name : `${dataset.namespace}/${dataset.name}`;
    known.set(dataset.mention, { ...row, label });
  }
  return (mention) => {
    const dataset = known.get(nameOf(mention));
    if (dataset === undefined) throw new Error(`the dataset ${nameOf(mention)} was not located`);
    return { ...dataset, digest: digestOf(mention) ?? dataset.digest };
  };
}

export const noDatasets = (mention: DatasetMention): never => {
  throw new Error(`the dataset ${nameOf(mention)} was not located`);
};
