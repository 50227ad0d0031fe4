import { type Actor, decideAccess } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';

/**
 * A part of an answer that shows an object of another namespace. Callers without rights there get the answer without
 * it.
 */
export interface CrossNamespace<B = unknown> {
  readonly namespace: string;
  readonly permission: Permission;
  redact(body: B): B;
}

/**
 * SQL for the namespace of the checkpoint in a column. It may differ from the namespace of the object that was made
 * from the checkpoint.
 */
export const checkpointNamespace = (column: string): string =>
  `(SELECT cn.path FROM checkpoints c JOIN experiments ce ON ce.id = c.experiment_id
    JOIN namespaces cn ON cn.id = ce.namespace_id
    WHERE c.id = ${column})`;

/**
 * Lists the part of an answer that shows an object of a namespace. The list is empty if the namespace is null: there is
 * no such object.
 */
export const crossNamespaceIn = <B>(
  namespace: string | null,
  permission: Permission,
  redact: (body: B) => B,
): CrossNamespace<B>[] => (namespace === null ? [] : [{ namespace, permission, redact }]);

export const redactedFor = <F extends Pick<CrossNamespace, 'namespace' | 'permission'>>(
  actor: Actor,
  parts: readonly F[] | undefined,
): F[] =>
  (parts ?? []).filter(
    ({ permission, namespace }) => decideAccess(actor, permission, namespace) !== 'allowed',
  );

export function shownTo<
  R extends { readonly body: unknown; readonly crossNamespace: readonly CrossNamespace[] | undefined },
>(actor: Actor, readout: R): R {
  const redacted = redactedFor(actor, readout.crossNamespace);
  if (redacted.length === 0) return readout;
  return { ...readout, body: redacted.reduce((body, each) => each.redact(body), readout.body) };
}
