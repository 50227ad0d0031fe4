import type { FilterObject, MetricValue } from '../filter/index.ts';
import type { Measured } from './document.ts';

/** Whether a version was evaluated on a dataset: never, under another digest of it, or as it is now. */
export type Coverage = 'missing' | 'stale' | 'done';

/** What is known of a version when a rule looks at it. Datasets go by their names as seen from its model. */
export interface VersionFacts {
  readonly id: string;
  readonly version: string;
  readonly isReady: boolean;
  readonly isDeleted: boolean;
  /** Its position in the order of creation: clocks do not decide what is newer. */
  readonly order: number;
  readonly readyAt: Date | null;
  /** As filters see it, with its latest metrics and evaluations. */
  readonly object: FilterObject;
  readonly files: readonly { readonly path: string; readonly role: string }[];
  /** Of the datasets that the policy names in `evaluate`. */
  readonly coverage: Readonly<Record<string, Coverage>>;
}

/** The latest value of a metric; null where there is none. */
export function measuredValue(
  object: FilterObject,
  { metric, dataset }: Pick<Measured, 'metric' | 'dataset'>,
): number | null {
  const values = dataset === undefined ? object.metrics : own(object.evaluations, dataset);
  const value = own(values, metric);
  return value === undefined ? null : Number(value);
}

/** An own property, never an inherited one: names come from users. */
export function own<T>(from: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return from !== undefined && Object.hasOwn(from, name) ? from[name] : undefined;
}

/** A value as JSON has it. */
export const valueJson = (value: number | null): MetricValue | null =>
  value === null || Number.isFinite(value) ? value : (String(value) as MetricValue);

/** `mAP on coco-val` */
export const metricWords = ({ metric, dataset }: Pick<Measured, 'metric' | 'dataset'>): string =>
  dataset === undefined ? metric : `${metric} on ${dataset}`;

/** Whether a version was evaluated on a dataset, by the digests of the two. Undefined: it was not. */
export function coverageOf(
  evaluated: { readonly digest: string | null } | undefined,
  current: string | null,
): Coverage {
  if (evaluated === undefined) return 'missing';
  return current !== null && evaluated.digest !== current ? 'stale' : 'done';
}
