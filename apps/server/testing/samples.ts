import type { ReferableKind } from '@modelbox/schema';

/** How tests create an object that lies in a namespace. */
interface Sample {
  readonly path: string;
  readonly name: string;
  /** More fields of the body. */
  readonly fields?: object;
}

/** Kinds that tests create below another object, each in its own way. */
export const NESTED_KINDS = ['namespace', 'version', 'checkpoint', 'upload', 'proposal'] as const;

/** One object of each kind that lies in a namespace: the fuzzer and the tests of access create these. */
export const SAMPLES: Readonly<Record<Exclude<ReferableKind, (typeof NESTED_KINDS)[number]>, Sample>> = {
  model: { path: '/v1/models', name: 'm', fields: { metadata: { a: { b: 1 } }, tags: ['x'] } },
  experiment: { path: '/v1/experiments', name: 'run', fields: { framework: 'pytorch' } },
  dataset: { path: '/v1/datasets', name: 'val', fields: { uri: 's3://b/d', digest: 'sha256:1' } },
};

export type SampledKind = keyof typeof SAMPLES;
