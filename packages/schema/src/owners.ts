import { z } from 'zod';
import { type OwnerKind, REFS } from './resources.ts';

/** The path of an owner, for example `/v1/models/{model}`. */
export const ownerPath = <K extends OwnerKind>(kind: K) => `/v1/${kind}s/{${kind}}` as const;

export const ownerParams = <K extends OwnerKind>(kind: K) =>
  z.strictObject({ [kind]: REFS[kind] } as { [P in K]: z.ZodString });

/** `an experiment`, for summaries. */
export const aKind = (kind: OwnerKind): string => (kind === 'experiment' ? 'an experiment' : `a ${kind}`);
