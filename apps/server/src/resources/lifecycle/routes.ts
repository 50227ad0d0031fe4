import { OWNER_KINDS, type OwnerKind } from '@modelbox/schema';
import { deleteObject, type LifecycleCheck, type Refusal, restoreObject } from '../../core/objects/delete.ts';
import { getObject } from '../../core/objects/get.ts';
import { updateObject } from '../../core/objects/update.ts';
import type { Serve } from '../../protocol/verb.ts';
import { demandFreePosition, positionTaken } from '../checkpoints/lifecycle-checks.ts';
import { restoreFiles } from '../files/restore-files.ts';
import { demandMayDeleteModel, demandMayRestoreModel } from '../protected-aliases/demand.ts';
import { demandLivingModel, demandNoAlias } from '../versions/lifecycle-checks.ts';

const CHECKS: Record<OwnerKind, { delete?: LifecycleCheck; restore?: LifecycleCheck; refused?: Refusal }> = {
  model: {
    delete: (tx, model, ctx) => demandMayDeleteModel(tx, ctx, model),
    restore: (tx, model, ctx) => demandMayRestoreModel(tx, ctx, model),
  },
  version: { delete: demandNoAlias, restore: demandLivingModel },
  experiment: {},
  checkpoint: { restore: demandFreePosition, refused: positionTaken },
};

export function lifecycleRoutes(serve: Serve): void {
  for (const kind of OWNER_KINDS) {
    const { delete: mayGo, restore: mayReturn, refused } = CHECKS[kind];
    serve(`${kind}s.get`, (c, { touched, query }) => getObject(c, kind, touched.object, query), 'cached');
    serve(`${kind}s.update`, (c, { touched, body }) =>
      updateObject(c, c.kinds.owners[kind], touched.object, body),
    );
    serve(`${kind}s.delete`, (c, { touched }) =>
      deleteObject(c, c.kinds.owners[kind], touched.object, mayGo),
    );
    serve(`${kind}s.restore`, (c, { touched }) =>
      restoreObject(c, c.kinds.owners[kind], touched.object, mayReturn, refused, restoreFiles),
    );
  }
}
