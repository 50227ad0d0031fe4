import { z } from 'zod';
import { includeDeleted } from './lists.ts';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import type { OwnerKind } from './resources.ts';
import { route } from './route.ts';

export const lifecycleRoutes = <K extends OwnerKind, A extends z.ZodType, U extends z.ZodType>(
  kind: K,
  forms: { answer: A; update: U },
) => {
  const path = ownerPath(kind);
  const params = ownerParams(kind);
  const tag = `${kind}s` as const;
  const living = <P extends 'write'>(verb: P) =>
    ({ object: { kind, at: `params.${kind}`, permission: `${kind}.${verb}` } }) as const;
  const any = <P extends 'read' | 'delete'>(verb: P) =>
    ({ object: { kind, at: `params.${kind}`, permission: `${kind}.${verb}`, deleted: true } }) as const;
  return [
    route({
      id: `${kind}s.get`,
      method: 'GET',
      cost: 'fixed',
      path,
      tag,
      summary: `Read ${aKind(kind)}`,
      params,
      query: z.strictObject({ includeDeleted }),
      answers: { 200: forms.answer },
      conditional: true,
      touches: any('read'),
    }),
    route({
      id: `${kind}s.update`,
      method: 'PATCH',
      cost: 'fixed',
      path,
      tag,
      summary: `Update ${aKind(kind)} by JSON merge patch`,
      params,
      body: forms.update,
      answers: { 200: forms.answer },
      conditional: true,
      touches: living('write'),
    }),
    route({
      id: `${kind}s.delete`,
      method: 'DELETE',
      cost: 'fixed',
      path,
      tag,
      summary: `Soft-delete ${aKind(kind)}; it can be restored within the grace time`,
      description: DELETES[kind],
      params,
      answers: { 204: 'empty' },
      conditional: true,
      touches: any('delete'),
    }),
    route({
      id: `${kind}s.restore`,
      method: 'POST',
      cost: 'fixed',
      path: `${path}/restore`,
      tag,
      summary: `Restore a deleted ${kind}`,
      ...(kind === 'version' || kind === 'checkpoint' ? { description: RESTORES_FILES } : {}),
      params,
      body: z.strictObject({}),
      bodyOptional: true,
      answers: { 200: forms.answer },
      conditional: true,
      touches: any('delete'),
    }),
  ] as const;
};

const RESTORES_FILES =
  'Also restores all files that retention removed. Returns 404 after the grace time. If only the grace ' +
  'time of the files is over, a deleted object is restored without them and `filesRemovedAt` is set.';

const DELETES: Record<OwnerKind, string> = {
  model: 'Its versions are deleted and restored with it.',
  version: 'A version that holds an alias cannot be deleted: 409 names its aliases.',
  experiment: 'Its checkpoints are deleted and restored with it.',
  checkpoint: 'Its epoch and step can then be used by another checkpoint.',
};
