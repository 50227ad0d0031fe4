export { type Backtest, type Champion, createBacktest } from './backtest.ts';
export { boundOf, compareBest, isBetter, isWorse } from './better.ts';
export { checkPolicy, type PolicyFault, type PolicySchemas, policyDatasets } from './check.ts';
export type * from './document.ts';
export { durationOf, parseDuration } from './duration.ts';
export {
  type EffectivePolicy,
  effectivePolicy,
  type PolicyOwner,
  type PolicySources,
  type StandingPolicy,
} from './effective.ts';
export {
  type Coverage,
  coverageOf,
  measuredValue,
  metricWords,
  type VersionFacts,
  valueJson,
} from './facts.ts';
export {
  type ClauseVerdict,
  isNewer,
  type LabelQuestion,
  labelVerdict,
  type Verdict,
  withClause,
} from './label.ts';
export { type CheckpointFacts, type PromotionQuestion, promotedName, promoteVerdict } from './promote.ts';
export {
  type Protection,
  type Retained,
  type RetentionPlan,
  type RetentionVerdict,
  retentionPlan,
} from './retain.ts';
export { decisionWords, promotionWords } from './words.ts';
