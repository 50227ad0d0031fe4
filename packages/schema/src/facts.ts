import type { ObjectKind } from './resources.ts';

/**
 * Touches of a route whose answer depends on facts of versions. A caller could draft rules that probe the facts value
 * by value, so the route requires the permissions that show these facts.
 */
export const facts = <K extends ObjectKind, At extends string>(kind: K, at: At, deleted?: true) => {
  const touch = <P extends 'version.read' | 'metric.read'>(permission: P) =>
    ({ kind, at, permission, ...(deleted ? { deleted } : {}) }) as const;
  return { versions: touch('version.read'), measured: touch('metric.read') } as const;
};
