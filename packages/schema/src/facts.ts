import type { ObjectKind } from './resources.ts';

/**
 * Touches of a route whose answer tells what a rule made of facts about versions. A rule that the caller drafts could ask for
 * one value after the other, so the route needs the permissions that show these facts.
 */
export const facts = <K extends ObjectKind, At extends string>(kind: K, at: At, deleted?: true) => {
  const touch = <P extends 'version.read' | 'metric.read'>(permission: P) =>
    ({ kind, at, permission, ...(deleted ? { deleted } : {}) }) as const;
  return { versions: touch('version.read'), measured: touch('metric.read') } as const;
};
