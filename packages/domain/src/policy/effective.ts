import type { KeepClause, LabelRule, PolicyDocument, RetainRule } from './document.ts';

/** The owner of a policy. */
export interface PolicyOwner {
  readonly kind: 'model' | 'namespace';
  readonly id: string;
  /** The name: `ai/vision/yolo` or `ai/vision`. */
  readonly name: string;
}

/** A policy with its place. Bare names of datasets in it belong to this namespace. */
export interface StandingPolicy {
  readonly owner: PolicyOwner & { readonly edit: number };
  readonly namespace: string;
  readonly document: PolicyDocument;
}

/** The source of each effective section. */
export interface PolicySources {
  readonly evaluate?: StandingPolicy['owner'];
  readonly label?: StandingPolicy['owner'];
  readonly promote?: StandingPolicy['owner'];
  readonly retainVersions?: StandingPolicy['owner'];
  readonly retainCheckpoints?: StandingPolicy['owner'];
  readonly staleAfter?: StandingPolicy['owner'];
}

export interface EffectivePolicy {
  /** The nearest version of each section. Its datasets are named relative to the requested namespace. */
  readonly document: PolicyDocument;
  readonly sources: PolicySources;
}

/** Merges the policies of a namespace, or of a model in it. An empty section overrides too. */
export function effectivePolicy(nearestFirst: readonly StandingPolicy[], namespace: string): EffectivePolicy {
  const document: { -readonly [K in keyof PolicyDocument]: PolicyDocument[K] } = {};
  const sources: { -readonly [K in keyof PolicySources]: PolicySources[K] } = {};
  for (const standing of nearestFirst) {
    const { owner } = standing;
    const seen = standing.namespace === namespace ? standing.document : qualified(standing);
    for (const section of ['evaluate', 'label', 'promote', 'staleAfter'] as const) {
      if (seen[section] === undefined || sources[section] !== undefined) continue;
      Object.assign(document, { [section]: seen[section] });
      sources[section] = owner;
    }
    if (seen.retain?.versions !== undefined && sources.retainVersions === undefined) {
      document.retain = { ...document.retain, versions: seen.retain.versions };
      sources.retainVersions = owner;
    }
    if (seen.retain?.checkpoints !== undefined && sources.retainCheckpoints === undefined) {
      document.retain = { ...document.retain, checkpoints: seen.retain.checkpoints };
      sources.retainCheckpoints = owner;
    }
  }
  return { document, sources };
}

/** A labelling rule with everything that it decides by. An admin allows exactly this text to move a protected alias. */
export interface RuleText {
  readonly rule: LabelRule;
  /** The datasets on which the rule demands evaluations. */
  readonly evaluate: readonly string[];
}

/**
 * Lists the labelling rules in mode `auto` for aliases, with the full names of their datasets.
 * @param policy the effective policy of the rules.
 * @param namespace that the dataset names of the policy are relative to.
 */
export function actingRules({ document }: EffectivePolicy, namespace: string): readonly RuleText[] {
  const { label = [], evaluate = [] } = qualified({ document, namespace });
  return label
    .filter(({ alias, mode }) => alias !== undefined && mode !== 'propose')
    .map((rule) => ({
      rule,
      evaluate: rule.evaluated === false ? [] : evaluate.map(({ dataset }) => dataset),
    }));
}

/** Names the datasets of a document in full, because it also applies in other namespaces. */
function qualified({ document, namespace }: Pick<StandingPolicy, 'document' | 'namespace'>): PolicyDocument {
  const full = <T extends { readonly dataset?: string | undefined }>(item: T): T =>
    item.dataset === undefined || item.dataset.includes('/')
      ? item
      : { ...item, dataset: `${namespace}/${item.dataset}` };
  const kept = (rule: RetainRule): RetainRule => ({
    ...rule,
    keep: rule.keep.map((clause: KeepClause) => full(clause)),
  });
  const { evaluate, label, promote, retain } = document;
  return {
    ...document,
    ...(evaluate && { evaluate: evaluate.map(full) }),
    ...(label && {
      label: label.map((rule) => ({
        ...full(rule),
        ...(rule.notWorse && { notWorse: rule.notWorse.map(full) }),
      })),
    }),
    ...(promote && { promote: promote.map(full) }),
    ...(retain && {
      retain: {
        ...(retain.versions && { versions: kept(retain.versions) }),
        ...(retain.checkpoints && { checkpoints: kept(retain.checkpoints) }),
      },
    }),
  };
}
