import { isReadyAtOnce } from '../../core/objects/ready.ts';
import { uniqueBy } from '../../core/objects/unique.ts';
import { bodyHash } from '../../core/writes/canonical.ts';
import { write } from '../../core/writes/write.ts';
import type { Verb } from '../../protocol/verb.ts';
import { insertTracked } from '../files/rows.ts';
import { trackedFiles } from '../files/tracked.ts';
import { pointsOf } from '../metrics/points.ts';
import { insertVersion } from './insert.ts';

export const createVersion: Verb<'models.versions.create'> = (ctx, { body, touched }) => {
  const files = trackedFiles(body.files ?? [], 'version');
  return write(ctx, (tx) =>
    insertVersion(tx, ctx, {
      model: touched.model,
      body,
      createHash: bodyHash(body),
      isReady: isReadyAtOnce(body),
      cause: 'create',
      source: {
        checkpointId: touched.checkpoint?.id ?? null,
        experimentId: touched.experiment?.id ?? null,
        versionId: touched.base?.id ?? null,
      },
      points: pointsOf(body.metrics),
      datasets: uniqueBy([...touched.datasets, ...touched.measured], (dataset) => dataset.mention),
      fill: async (_, versionId) => {
        await insertTracked(tx, ctx, 'version', versionId, files);
        return undefined;
      },
    }),
  );
};
