import type { OwnerKind } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import { newId } from '../objects/ids.ts';
import type { TrackedFile } from './tracked.ts';

/** The database rows of files to track. */
export const trackedRows = (
  ctx: RequestContext,
  kind: OwnerKind,
  objectId: string,
  files: readonly TrackedFile[],
) =>
  files.map((file) => ({
    id: newId(),
    objectKind: kind,
    objectId,
    ...file,
    state: 'tracked' as const,
    mediaType: null,
    createdBy: ctx.actor.name,
    createdAt: ctx.now(),
  }));
