import type { OwnerKind } from '@modelbox/schema';
import { checkpoints } from '../checkpoints/store.ts';
import { experiments } from '../experiments/store.ts';
import { models } from '../models/store.ts';
import type { ObjectStore } from '../objects/store.ts';
import { versions } from '../versions/store.ts';

/** The stores of the kinds that own files, metrics, metadata and events. */
export const owners: Record<OwnerKind, ObjectStore> = {
  model: models as unknown as ObjectStore,
  version: versions as unknown as ObjectStore,
  experiment: experiments as unknown as ObjectStore,
  checkpoint: checkpoints as unknown as ObjectStore,
};
