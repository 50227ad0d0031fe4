import { z } from 'zod';
import type { Permission } from './permissions.ts';

/**
 * Which permission shows which fields of an answer. A caller who lacks one gets the empty value of the field (`null`, `[]`,
 * `{}`, `0`, `""`; an optional field is absent), and `hidden` names the field.
 */
export interface View {
  /** Identifies the object and its state. Every caller whom the route answers sees these fields. */
  readonly always: readonly string[];
  /** The permission for all fields that neither `always` nor `parts` names. Absent: none. */
  readonly rest?: Permission;
  /** The permissions, all of them, for single fields. */
  readonly parts?: Readonly<Record<string, readonly Permission[]>>;
}

/** The field that names what an answer does not show. */
export const hidden = z.array(z.string()).optional().meta({
  description:
    'Fields that the token may not see: each has its empty value here, or is absent. Absent: everything is shown.',
});

const RECEIPT = ['id', 'createdAt', 'updatedAt', 'hidden'];
const MEASURED = { metrics: ['metric.read'], evaluations: ['metric.read'] } as const;
const STORED = { files: ['file.read'], fileCount: ['file.read'] } as const;
const NAMED = ['namespace', 'name', ...RECEIPT];

/** The views by the id of their wire schema. A schema without one is shown whole to whoever passes its route. */
export const VIEWS: Readonly<Record<string, View>> = {
  Namespace: { always: ['path', ...RECEIPT], rest: 'namespace.read' },
  Model: { always: [...NAMED, 'deletedAt'], rest: 'model.read', parts: MEASURED },
  Version: {
    always: ['namespace', 'model', 'modelId', 'version', 'status', 'readyAt', 'deletedAt', ...RECEIPT],
    rest: 'version.read',
    parts: { ...MEASURED, ...STORED },
  },
  Experiment: { always: [...NAMED, 'status', 'deletedAt'], rest: 'experiment.read', parts: MEASURED },
  Checkpoint: {
    always: [
      ...['namespace', 'experiment', 'experimentId', 'epoch', 'step', 'status', 'readyAt', 'deletedAt'],
      ...RECEIPT,
    ],
    rest: 'checkpoint.read',
    parts: { ...MEASURED, ...STORED },
  },
  Dataset: { always: NAMED, rest: 'dataset.read' },
  MetricSummary: { always: ['hidden'], rest: 'metric.read' },
  FileList: { always: ['hidden'], rest: 'file.read' },
  Resolution: { always: ['reference', 'version', 'hidden'], parts: { files: ['file.read'] } },
  Policy: {
    always: ['edit', 'editedAt', 'hidden'],
    rest: 'policy.read',
    // A warning tells whether any object passes a filter: drafts could ask for one value after the other.
    parts: {
      warnings: ['policy.read', 'version.read', 'checkpoint.read', 'experiment.read', 'metric.read'],
    },
  },
  Proposal: {
    always: [
      ...['id', 'modelId', 'rule', 'alias', 'tag', 'version', 'versionId', 'state'],
      ...['createdAt', 'decidedAt', 'hidden'],
    ],
    rest: 'policy.read',
    parts: { words: ['policy.read', 'metric.read'] },
  },
};

/** The permissions that a field needs by a view; empty: none. */
export function permissionsOf({ always, rest, parts }: View, field: string): readonly Permission[] {
  const own = parts?.[field];
  if (own) return own;
  return rest === undefined || always.includes(field) ? [] : [rest];
}
