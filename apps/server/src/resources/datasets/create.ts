import { parseTrackedUri } from '@modelbox/domain';
import { createNamed } from '../../core/objects/create.ts';
import { checkMetadata } from '../../core/objects/patch.ts';
import { invalidField } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { datasets } from './store.ts';

export const createDataset: Verb<'datasets.create'> = (ctx, { body, touched: { namespace } }) => {
  checkUri(body.uri);
  return createNamed(
    ctx,
    datasets,
    { namespace, name: body.name },
    {
      uri: body.uri ?? null,
      digest: body.digest ?? null,
      metadata: checkMetadata(body.metadata ?? {}),
    },
  );
};

export function checkUri(uri: string | null | undefined): void {
  const parsed = uri == null ? { ok: true as const } : parseTrackedUri(uri);
  if (!parsed.ok) throw invalidField('body', '/uri', parsed.message);
}
