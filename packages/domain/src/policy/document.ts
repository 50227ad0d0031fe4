import type * as wire from '@modelbox/schema';

/** Decisions change no document. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Member in keyof T]: Frozen<T[Member]> }
    : T;

/** A policy document; docs/policies.md explains each member. Durations are ISO 8601. */
export type PolicyDocument = Frozen<wire.PolicyDocument>;
export type EvaluateRule = NonNullable<PolicyDocument['evaluate']>[number];
export type LabelRule = Frozen<wire.LabelRule>;
export type PromoteRule = Frozen<wire.PromoteRule>;
export type RetainRule = Frozen<wire.RetainRule>;
export type KeepClause = RetainRule['keep'][number];
export type NotWorse = NonNullable<LabelRule['notWorse']>[number];
export type Direction = LabelRule['direction'];
export type Measured = Pick<LabelRule, 'metric' | 'dataset' | 'direction'>;
/** An absolute amount, or a share of the value compared with. */
export type Amount = NonNullable<LabelRule['margin']>;
