/** A policy as it is written (docs/policies.md says what each member means). Durations are ISO 8601. */

export type Direction = 'max' | 'min';

/** Exactly one of the two. */
export interface Amount {
  readonly abs?: number | undefined;
  /** A share of the value compared with. */
  readonly rel?: number | undefined;
}

export interface Measured {
  readonly metric: string;
  /** A name; undefined: the metric without dataset. */
  readonly dataset?: string | undefined;
  readonly direction: Direction;
}

export interface EvaluateRule {
  readonly dataset: string;
}

export interface NotWorse extends Measured {
  readonly tolerance?: Amount | undefined;
}

export interface LabelRule extends Measured {
  readonly name: string;
  readonly alias?: string | undefined;
  readonly tag?: string | undefined;
  /** Default `holder`. */
  readonly than?: 'holder' | 'any' | number | undefined;
  readonly margin?: Amount | undefined;
  readonly notWorse?: readonly NotWorse[] | undefined;
  readonly filter?: string | undefined;
  readonly files?:
    | readonly { readonly role?: string | undefined; readonly path?: string | undefined }[]
    | undefined;
  /** Default true. */
  readonly evaluated?: boolean | undefined;
  readonly minAge?: string | undefined;
  /** Default `auto`. */
  readonly mode?: 'auto' | 'propose' | undefined;
}

export interface PromoteRule extends Measured {
  readonly name?: string | undefined;
  readonly experiments?: string | undefined;
  /** Default `experiment`. */
  readonly per?: 'experiment' | 'all' | undefined;
  readonly filter?: string | undefined;
  /** Default `finish`. */
  readonly at?: 'once' | 'finish' | undefined;
  readonly version: string;
}

/** Exactly one of `best`, `latest`, `everyEpoch`, `youngerThan`, `filter`. */
export interface KeepClause {
  readonly best?: number | undefined;
  readonly latest?: number | undefined;
  readonly everyEpoch?: number | undefined;
  readonly youngerThan?: string | undefined;
  readonly filter?: string | undefined;
  readonly metric?: string | undefined;
  readonly dataset?: string | undefined;
  readonly direction?: Direction | undefined;
  /** Default `experiment` for checkpoints, `all` for versions. */
  readonly per?: 'experiment' | 'all' | undefined;
}

export interface RetainRule {
  readonly keep: readonly KeepClause[];
  readonly remove: 'files' | 'object';
  /** Default `P7D`. */
  readonly grace?: string | undefined;
}

export interface PolicyDocument {
  readonly evaluate?: readonly EvaluateRule[] | undefined;
  readonly label?: readonly LabelRule[] | undefined;
  readonly promote?: readonly PromoteRule[] | undefined;
  readonly retain?:
    | { readonly versions?: RetainRule | undefined; readonly checkpoints?: RetainRule | undefined }
    | undefined;
  readonly staleAfter?: string | undefined;
}
