import type { FilterObject, MetricValue } from '../filter/index.ts';
import type { Measured } from './document.ts';

/** The evaluation state of a version on a dataset: never evaluated, evaluated at another digest, or current. */
export type Coverage = 'missing' | 'stale' | 'done';

/** The facts about a version that rules read. Dataset names are relative to its model. */
export interface VersionFacts {
  readonly id: string;
  readonly version: string;
  readonly isReady: boolean;
  readonly isDeleted: boolean;
  /** The position in the order of creation. Clocks do not decide which version is newer. */
  readonly order: number;
  readonly readyAt: Date | null;
  /** The version as filters read it, with its latest metrics and evaluations. */
  readonly object: FilterObject;
  readonly files: readonly { readonly path: string; readonly role: string }[];
  /** The state of the datasets that the policy lists in `evaluate`. */
  readonly coverage: Readonly<Record<string, Coverage>>;
}

/** The latest value of a metric, or null. */
export function measuredValue(
  object: FilterObject,
  { metric, dataset }: Pick<Measured, 'metric' | 'dataset'>,
): number | null {
  const values = dataset === undefined ? object.metrics : own(object.evaluations, dataset);
  const value = own(values, metric);
  return value === undefined ? null : Number(value);
}

/** Reads own properties only, because users choose the names. */
export function own<T>(from: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return from !== undefined && Object.hasOwn(from, name) ? from[name] : undefined;
}

export const valueJson = (value: number | null): MetricValue | null =>
  value === null || Number.isFinite(value) ? value : (String(value) as MetricValue);

/** `mAP on coco-val` */
export const metricWords = ({ metric, dataset }: Pick<Measured, 'metric' | 'dataset'>): string =>
  dataset === undefined ? metric : `${metric} on ${dataset}`;

/** Compares the digest of an evaluation with the digest of its dataset. Undefined: not evaluated. */
export function coverageOf(
  evaluated: { readonly digest: string | null } | undefined,
  current: string | null,
): Coverage {
  if (evaluated === undefined) return 'missing';
  return current !== null && evaluated.digest !== current ? 'stale' : 'done';
}
