import { type Actor, decideAccess } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';

/** A part of an answer about an object that shows another object. Some callers may see only the first. */
export interface Foreign<B = unknown> {
  readonly namespace: string;
  readonly permission: Permission;
  /** The answer without it. */
  conceal(body: B): B;
}

/** The namespace of the checkpoint that a column names, as SQL: what was made from it may lie in another one. */
export const checkpointNamespace = (column: string): string =>
  `(SELECT cn.path FROM checkpoints c JOIN experiments ce ON ce.id = c.experiment_id JOIN namespaces cn ON cn.id = ce.namespace_id
    WHERE c.id = ${column})`;

/** The part of an answer that shows an object in a namespace. A namespace of null: there is no such object. */
export const foreignIn = <B>(
  namespace: string | null,
  permission: Permission,
  conceal: (body: B) => B,
): Foreign<B>[] => (namespace === null ? [] : [{ namespace, permission, conceal }]);

/** The parts that the caller must not see. */
export const concealedFrom = <F extends Pick<Foreign, 'namespace' | 'permission'>>(
  actor: Actor,
  foreign: readonly F[] | undefined,
): F[] =>
  (foreign ?? []).filter(
    ({ permission, namespace }) => decideAccess(actor, permission, namespace) !== 'allowed',
  );

/** The object as the caller may see it. */
export function shownTo<R extends { readonly body: unknown; readonly foreign?: readonly Foreign[] }>(
  actor: Actor,
  readout: R,
): R {
  const concealed = concealedFrom(actor, readout.foreign);
  if (concealed.length === 0) return readout;
  return { ...readout, body: concealed.reduce((body, each) => each.conceal(body), readout.body) };
}
