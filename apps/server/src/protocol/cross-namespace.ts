import { type Actor, decideAccess } from '@modelbox/domain';
import type { Permission } from '@modelbox/schema';

/** A part of an answer about an object that shows another object. Some callers may see only the first. */
export interface CrossNamespace<B = unknown> {
  readonly namespace: string;
  readonly permission: Permission;
  /** The answer without it. */
  redact(body: B): B;
}

/** The namespace of the checkpoint that a column names, as SQL: what was made from it may lie in another one. */
export const checkpointNamespace = (column: string): string =>
  `(SELECT cn.path FROM checkpoints c JOIN experiments ce ON ce.id = c.experiment_id JOIN namespaces cn ON cn.id = ce.namespace_id
    WHERE c.id = ${column})`;

/** The part of an answer that shows an object in a namespace. A namespace of null: there is no such object. */
export const crossNamespaceIn = <B>(
  namespace: string | null,
  permission: Permission,
  redact: (body: B) => B,
): CrossNamespace<B>[] => (namespace === null ? [] : [{ namespace, permission, redact }]);

/** The parts that the caller must not see. */
export const redactedFor = <F extends Pick<CrossNamespace, 'namespace' | 'permission'>>(
  actor: Actor,
  foreign: readonly F[] | undefined,
): F[] =>
  (foreign ?? []).filter(
    ({ permission, namespace }) => decideAccess(actor, permission, namespace) !== 'allowed',
  );

/** The object as the caller may see it. */
export function shownTo<R extends { readonly body: unknown; readonly foreign?: readonly CrossNamespace[] }>(
  actor: Actor,
  readout: R,
): R {
  const redacted = redactedFor(actor, readout.foreign);
  if (redacted.length === 0) return readout;
  return { ...readout, body: redacted.reduce((body, each) => each.redact(body), readout.body) };
}
