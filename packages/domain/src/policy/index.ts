export { type Backtest, type Champion, createBacktest, MOST_CHAMPIONS, type Steps } from './backtest.ts';
export { boundOf, compareBest, isBetter, isWorse } from './better.ts';
export { checkPolicy, type PolicyFault, type PolicySchemas, policyDatasets } from './check.ts';
export type * from './document.ts';
export { durationOf, parseDuration } from './duration.ts';
export {
  actingRules,
  type EffectivePolicy,
  effectivePolicy,
  type PolicyOwner,
  type PolicySources,
  type RuleText,
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
  type Clause,
  type ClauseVerdict,
  isNewer,
  type LabelQuestion,
  labelVerdict,
  type Verdict,
  withClause,
} from './label.ts';
export { type AskedName, askedNames, filterNames, isMark, nameWords, withoutImplied } from './names.ts';
export {
  POLICY_SECTIONS,
  type PolicySection,
  permissionsToAct,
  permissionsToSet,
  sectionOf,
} from './permissions.ts';
export { type CheckpointFacts, type PromotionQuestion, promotedName, promoteVerdict } from './promote.ts';
export {
  defaultPer,
  type Per,
  type Protection,
  type Retained,
  type RetentionPlan,
  type RetentionVerdict,
  retentionPlan,
  type Undecided,
} from './retain.ts';
export { type RetainScope, retentionWords, undecidedWords } from './retain-words.ts';
export { decisionWords, promotionWords } from './words.ts';
