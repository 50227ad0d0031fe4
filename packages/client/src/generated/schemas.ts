// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { Loose } from '../core/loose.ts';
import type { components } from './types.ts';

type Schemas = components['schemas'];

/** A name that at most one version of a model holds. */
export type Alias = Schemas['Alias'];

/** One move of an alias. */
export type AliasMove = Schemas['AliasMove'];

/** One page of a list. */
export type AliasMovePage = Schemas['AliasMovePage'];

/** One page of a list. */
export type AliasPage = Schemas['AliasPage'];

/** Who may move an alias. A move must be allowed by each that stands on the model or above it. */
export type AliasProtection = Schemas['AliasProtection'];

/** One page of a list. */
export type AliasProtectionPage = Schemas['AliasProtectionPage'];

export type AliasProtectionPut = Loose<Schemas['AliasProtectionPut']>;

export type AliasPut = Loose<Schemas['AliasPut']>;

export type AliasRollback = Loose<Schemas['AliasRollback']>;

/** An approval of a proposal. */
export type Approval = Schemas['Approval'];

export type AttachFiles = Loose<Schemas['AttachFiles']>;

/** Something that somebody did, or wanted to. */
export type AuditEntry = Schemas['AuditEntry'];

/**
 * `written`: a change was made. `denied`: the caller may not do it. `read`: content went out, which is
 * recorded only where the server is told to.
 */
export type AuditOutcome = Schemas['AuditOutcome'];

/** One page of a list. */
export type AuditPage = Schemas['AuditPage'];

/** What it was done to, as far as that was found out. */
export type AuditedObject = Schemas['AuditedObject'];

/** Who would have been the holder, in order of time. */
export type Backtest = Schemas['Backtest'];

export type BacktestRequest = Loose<Schemas['BacktestRequest']>;

/** A fixed bound. */
export type Bound = Schemas['Bound'];

export type Champion = Schemas['Champion'];

export type ChampionNumber = Schemas['ChampionNumber'];

export type ChampionSpecial = Schemas['ChampionSpecial'];

/** What a run wrote at an epoch and/or step. */
export type Checkpoint = Schemas['Checkpoint'];

/**
 * What a run wrote at an `epoch` and/or `step`: one of them is required. With `files` (also `[]`) or `status:
 * ready` it is ready at once, otherwise pending until it is finalized.
 */
export type CheckpointCreate = Loose<Schemas['CheckpointCreate']>;

/** One page of a list. */
export type CheckpointPage = Schemas['CheckpointPage'];

export type CheckpointUpdate = Loose<Schemas['CheckpointUpdate']>;

/** What one clause of a rule says. */
export type ClauseVerdict = Schemas['ClauseVerdict'];

/**
 * `missing`: no metric of the version on the dataset. `stale`: the digest of the dataset has changed since.
 * `done`: neither.
 */
export type Coverage = Schemas['Coverage'];

/** A handle on data that lies elsewhere. */
export type Dataset = Schemas['Dataset'];

/** A dataset by name and digest. */
export type DatasetAtDigest = Schemas['DatasetAtDigest'];

export type DatasetCreate = Loose<Schemas['DatasetCreate']>;

/**
 * A dataset. A bare name lies in the namespace of the object that mentions it, `ns/name` anywhere. Made on
 * first mention; without a digest the current one is meant.
 */
export type DatasetMention = Schemas['DatasetMention'];

/** A dataset by name: current digest. */
export type DatasetName = Schemas['DatasetName'];

/** One page of a list. */
export type DatasetPage = Schemas['DatasetPage'];

export type DatasetUpdate = Loose<Schemas['DatasetUpdate']>;

/** What a rule decided, and why. */
export type Decision = Schemas['Decision'];

/** One page of a list. */
export type DecisionPage = Schemas['DecisionPage'];

/** Under which edit of which policy. */
export type DecisionPolicy = Schemas['DecisionPolicy'];

/** What was decided about; of `kept` the model or namespace whose objects the rule ranges over. */
export type DecisionSubject = Schemas['DecisionSubject'];

/** A dataset that every version must be evaluated on. */
export type EvaluateRule = Schemas['EvaluateRule'];

/** A version, a dataset that it must be evaluated on, and whether it was. */
export type Evaluation = Schemas['Evaluation'];

/** One page of a list. */
export type EvaluationPage = Schemas['EvaluationPage'];

/** The authors whose metrics and evaluations rules use. Default: admins. */
export type EvaluationsBy = Schemas['EvaluationsBy'];

/** Something an outside system told about an object. */
export type Event = Schemas['Event'];

export type EventCreate = Loose<Schemas['EventCreate']>;

/** One page of a list. */
export type EventPage = Schemas['EventPage'];

/** A training run. */
export type Experiment = Schemas['Experiment'];

export type ExperimentCreate = Loose<Schemas['ExperimentCreate']>;

/** One page of a list. */
export type ExperimentPage = Schemas['ExperimentPage'];

/** The checkpoint that it began with, where the reader may see it. */
export type ExperimentSource = Schemas['ExperimentSource'];

/** The checkpoint that it begins with, of whatever experiment. */
export type ExperimentSourceInput = Schemas['ExperimentSourceInput'];

export type ExperimentStatus = Schemas['ExperimentStatus'];

export type ExperimentUpdate = Loose<Schemas['ExperimentUpdate']>;

/** Why a version is, or is not, the holder of an alias: as of now. */
export type Explanation = Schemas['Explanation'];

export type FieldError = Schemas['FieldError'];

/** One file of an object. */
export type File = Schemas['File'];

/** The files named. */
export type FileList = Schemas['FileList'];

/** One page of a list. */
export type FilePage = Schemas['FilePage'];

/** What the file is to its object. */
export type FileRole = Schemas['FileRole'];

/** A file of content that is stored already, by its SHA-256. */
export type FileToAttach = Schemas['FileToAttach'];

export type FileToTrack = Schemas['FileToTrack'];

/** Where the file lies; its path is the last segment. */
export type FileUri = Schemas['FileUri'];

export type FiniteNumber = Schemas['FiniteNumber'];

/** What was allowed, by whom and when. */
export type GivenConsent = Schemas['GivenConsent'];

/** What somebody may do in a namespace and in all below it. */
export type Grant = Schemas['Grant'];

/** One page of a list. */
export type GrantPage = Schemas['GrantPage'];

export type GrantPut = Loose<Schemas['GrantPut']>;

export type Health = Schemas['Health'];

/** Nothing removes what is on hold. */
export type Hold = Schemas['Hold'];

export type HoldPut = Loose<Schemas['HoldPut']>;

/**
 * Exactly one of `best` (with `metric`, `direction`, and perhaps `dataset` and `per`), `latest` (perhaps with
 * `per`), `everyEpoch`, `youngerThan` and `filter`.
 */
export type KeepClause = Schemas['KeepClause'];

/** Gives an alias or a tag to the version that is better and meets all else. */
export type LabelRule = Schemas['LabelRule'];

/** What a version came from, and what came of it. */
export type Lineage = Schemas['Lineage'];

export type LineageEdge = Schemas['LineageEdge'];

export type LineageNode = Schemas['LineageNode'];

export type LogMetrics = Loose<Schemas['LogMetrics']>;

export type LoggedPoint = Schemas['LoggedPoint'];

/** One page of a list. */
export type LoggedPointPage = Schemas['LoggedPointPage'];

/** Any JSON object, at most 64 KiB. */
export type Metadata = Schemas['Metadata'];

/** A JSON merge patch (RFC 7396): members given replace, `null` removes, objects merge. */
export type MetadataPatch = Schemas['MetadataPatch'];

/** Whether more is better, or less. */
export type MetricDirection = Schemas['MetricDirection'];

export type MetricPoint = Schemas['MetricPoint'];

export type MetricPoints = Schemas['MetricPoints'];

/** The latest values as they are after the write. */
export type MetricSummary = Schemas['MetricSummary'];

/** A double. JSON has no NaN and no infinities: they are strings. */
export type MetricValue = Schemas['MetricValue'];

/** Values by key. */
export type MetricValues = Schemas['MetricValues'];

export type MetricsInput = Schemas['MetricsInput'];

/** A task to solve; what its versions have in common. */
export type Model = Schemas['Model'];

export type ModelCreate = Loose<Schemas['ModelCreate']>;

/** One page of a list. */
export type ModelPage = Schemas['ModelPage'];

export type ModelUpdate = Loose<Schemas['ModelUpdate']>;

/** A path that organizes a team's models and experiments. Made on first use. */
export type Namespace = Schemas['Namespace'];

/** One page of a list. */
export type NamespacePage = Schemas['NamespacePage'];

export type NamespaceUpdate = Loose<Schemas['NamespaceUpdate']>;

/**
 * What is stored in a namespace and all below it. Files of deleted objects count until these are purged;
 * tracked files count nothing.
 */
export type NamespaceUsage = Schemas['NamespaceUsage'];

export type NewToken = Schemas['NewToken'];

export type NonFiniteNumber = Schemas['NonFiniteNumber'];

/** A metric in which it must not be worse than the holder. */
export type NotWorse = Schemas['NotWorse'];

export type Opponent = Schemas['Opponent'];

/**
 * `moved`, `tagged`, `proposed`, `promoted`, `removed`: that was done. `holds`: it has it already. `no`: a
 * clause does not hold. `kept`: clauses of `keep` ask for something that no object has, and keep everything.
 * `skipped`: it became protected meanwhile. `refused`: it would have been done, and could not. `suspended`:
 * it would have been done, but the author of the rule may no longer do it, or no admin has allowed the rule
 * to move a protected alias.
 */
export type Outcome = Schemas['Outcome'];

export type PartToSign = Schemas['PartToSign'];

export type PartsToSign = Loose<Schemas['PartsToSign']>;

export type Permission = Schemas['Permission'];

/** The sections that stand here, and what counts here. */
export type Policy = Schemas['Policy'];

/** An amount: `abs` or `rel`, one of the two. */
export type PolicyAmount = Schemas['PolicyAmount'];

/**
 * What the service does with what training produces. Of each section the nearest counts, the model first,
 * then its namespaces from below; without any, nothing is ever labelled, promoted or removed.
 */
export type PolicyDocument = Loose<Schemas['PolicyDocument']>;

/** One edit of a policy: all that it said from then on. */
export type PolicyEdit = Schemas['PolicyEdit'];

/** One page of a list. */
export type PolicyEditPage = Schemas['PolicyEditPage'];

/** What a policy would do now. Nothing is changed. */
export type PolicyPreview = Schemas['PolicyPreview'];

export type PolicyScope = Schemas['PolicyScope'];

/** Whose policy a section comes from. */
export type PolicySource = Schemas['PolicySource'];

/** Where each section of `effective` comes from. */
export type PolicySources = Schemas['PolicySources'];

/** A clause of a policy that asks for something that no object has now: it may be misspelt. */
export type PolicyWarning = Schemas['PolicyWarning'];

/**
 * `unknown_metric`, `unknown_metadata`, `unknown_value`, `no_epoch`: no object in scope has the metric (on
 * the dataset), the metadata key, the tag, alias or text, or an epoch. `no_match`: no object passes.
 * `not_evaluated`: no version was evaluated on the dataset. `not_checked`: comparing took too long; the
 * preview compares.
 */
export type PolicyWarningCode = Schemas['PolicyWarningCode'];

export type PreviewRequest = Loose<Schemas['PreviewRequest']>;

/** What a labelling rule would do now. */
export type PreviewedLabel = Schemas['PreviewedLabel'];

/** What retention would do with one object, and why. */
export type PreviewedObject = Schemas['PreviewedObject'];

/** What a promotion rule would do now. */
export type PreviewedPromotion = Schemas['PreviewedPromotion'];

/** Problem details (RFC 9457). */
export type Problem = Schemas['Problem'];

/** Makes the best checkpoint of experiments a version of the model. */
export type PromoteRule = Schemas['PromoteRule'];

/**
 * The version that the checkpoint becomes. It has the same files (nothing is copied), starts with the
 * checkpoint's latest metrics and evaluations, and is ready at once. Its metadata and tags are those given.
 */
export type Promotion = Loose<Schemas['Promotion']>;

/** What a rule would do, for a person to decide. */
export type Proposal = Schemas['Proposal'];

export type ProposalDecision = Loose<Schemas['ProposalDecision']>;

/** One page of a list. */
export type ProposalPage = Schemas['ProposalPage'];

/** `superseded`: another version was proposed since, or this one does not meet the rule any more. */
export type ProposalState = Schemas['ProposalState'];

/**
 * What no rule removes: the holder of an alias, the one before it, what is on hold, what a version was made
 * from that is not purged, the newest ready checkpoint of an experiment that runs, what is not ready, and
 * what a person has restored since the policy was last edited.
 */
export type Protection = Schemas['Protection'];

/** Whether the server can serve, part by part. */
export type Readiness = Schemas['Readiness'];

/** A file by its role or by its path, one of the two. */
export type RequiredFile = Schemas['RequiredFile'];

/** What a reference means now. */
export type Resolution = Schemas['Resolution'];

export type ResolvedFile = Schemas['ResolvedFile'];

export type Retain = Schemas['Retain'];

export type RetainRule = Schemas['RetainRule'];

export type RetentionPreview = Schemas['RetentionPreview'];

/**
 * `viewer` reads and downloads; `contributor` adds experiments, checkpoints, metrics and versions;
 * `maintainer` moves aliases, sets policies, deletes, decides and holds; `admin` grants. Each may do what the
 * one before it may.
 */
export type Role = Schemas['Role'];

/** A labelling rule for a protected alias, and whether it may move it. */
export type RuleConsent = Schemas['RuleConsent'];

/** One page of a list. */
export type RuleConsentPage = Schemas['RuleConsentPage'];

export type RuleConsentPut = Loose<Schemas['RuleConsentPut']>;

/**
 * `allowed`: the rule moves the alias. `waits`: nobody has allowed it. `changed`: it is not as it was
 * allowed. `gone`: a rule was allowed that the policy does not have any more.
 */
export type RuleConsentState = Schemas['RuleConsentState'];

export type RuleKind = Schemas['RuleKind'];

/** The model or namespace whose policy has the rule. */
export type RuleOwner = Schemas['RuleOwner'];

/** A request that brings one part to the store. */
export type SignedPart = Schemas['SignedPart'];

export type SignedParts = Schemas['SignedParts'];

/** What the version was made from, as far as the reader may see that. */
export type Source = Schemas['Source'];

/** What the version was made from. */
export type SourceInput = Schemas['SourceInput'];

/** `latest`, `resolve` and aliases see only what is `ready`; its file set never changes again. */
export type Status = Schemas['Status'];

export type SuspendedSection = Schemas['SuspendedSection'];

/** Credentials of a user or a service account; the secret is not among it. */
export type Token = Schemas['Token'];

export type TokenCreate = Loose<Schemas['TokenCreate']>;

/** One page of a list. */
export type TokenPage = Schemas['TokenPage'];

export type TrackFiles = Loose<Schemas['TrackFiles']>;

/** A file to track where it lies. */
export type TrackedFile = Schemas['TrackedFile'];

/**
 * Whether `label` and `promote` have more items than are shown: more than `limit`, or than fit into a page.
 */
export type TruncatedPreview = Schemas['TruncatedPreview'];

/** For `rule`: the authors whose metrics and evaluations rules use. Else null. */
export type TrustedEvaluators = Schemas['TrustedEvaluators'];

export type UndecidedClause = Schemas['UndecidedClause'];

/** A value that a rule ignores, because the protection of its alias does not trust the author. */
export type UntrustedValue = Schemas['UntrustedValue'];

/** A file that comes in parts. */
export type Upload = Schemas['Upload'];

export type UploadComplete = Loose<Schemas['UploadComplete']>;

/** A file to upload in parts. Exactly one of `model`, `version`, `experiment`, `checkpoint`. */
export type UploadCreate = Loose<Schemas['UploadCreate']>;

/** One page of a list. */
export type UploadPage = Schemas['UploadPage'];

/** A part that has arrived, verified by its checksum. */
export type UploadPart = Schemas['UploadPart'];

/** One page of a list. */
export type UploadPartPage = Schemas['UploadPartPage'];

/**
 * `open`: takes parts. `verifying`: all are there, and the whole is being read to compute its SHA-256.
 * `complete`: the file is verified. `failed`: the content was not what had been announced. `aborted`,
 * `expired`: given up, by somebody or because nothing came for too long; nothing of it is kept.
 */
export type UploadState = Schemas['UploadState'];

/** A dataset as it was when it was used. */
export type UsedDataset = Schemas['UsedDataset'];

/** A trained model. */
export type Version = Schemas['Version'];

/**
 * With `files` (also `[]`) or `status: ready` it is ready at once; otherwise pending until it is finalized,
 * when its `aliases` are set.
 */
export type VersionCreate = Loose<Schemas['VersionCreate']>;

/** One page of a list. */
export type VersionPage = Schemas['VersionPage'];

export type VersionUpdate = Loose<Schemas['VersionUpdate']>;

/** A labelling rule that does not move its protected alias until an admin allows it. */
export type WaitingRule = Schemas['WaitingRule'];

/** Who the server takes the caller for. */
export type Whoami = Schemas['Whoami'];

/** The query of `namespaces.list`. */
export type NamespacesListQuery = Loose<Schemas['NamespacesListQuery']>;

/** The query of `models.list`. */
export type ModelsListQuery = Loose<Schemas['ModelsListQuery']>;

/** The query of `models.get`. */
export type ModelsGetQuery = Loose<Schemas['ModelsGetQuery']>;

/** The query of `models.files.list`. */
export type ModelsFilesListQuery = Loose<Schemas['ModelsFilesListQuery']>;

/** The query of `models.files.upload`. */
export type ModelsFilesUploadQuery = Loose<Schemas['ModelsFilesUploadQuery']>;

/** The query of `models.metrics.list`. */
export type ModelsMetricsListQuery = Loose<Schemas['ModelsMetricsListQuery']>;

/** The query of `models.events.list`. */
export type ModelsEventsListQuery = Loose<Schemas['ModelsEventsListQuery']>;

/** The query of `models.versions.list`. */
export type ModelsVersionsListQuery = Loose<Schemas['ModelsVersionsListQuery']>;

/** The query of `versions.get`. */
export type VersionsGetQuery = Loose<Schemas['VersionsGetQuery']>;

/** The query of `versions.files.list`. */
export type VersionsFilesListQuery = Loose<Schemas['VersionsFilesListQuery']>;

/** The query of `versions.files.upload`. */
export type VersionsFilesUploadQuery = Loose<Schemas['VersionsFilesUploadQuery']>;

/** The query of `versions.metrics.list`. */
export type VersionsMetricsListQuery = Loose<Schemas['VersionsMetricsListQuery']>;

/** The query of `versions.events.list`. */
export type VersionsEventsListQuery = Loose<Schemas['VersionsEventsListQuery']>;

/** The query of `versions.archive`. */
export type VersionsArchiveQuery = Loose<Schemas['VersionsArchiveQuery']>;

/** The query of `versions.lineage`. */
export type VersionsLineageQuery = Loose<Schemas['VersionsLineageQuery']>;

/** The query of `models.aliases.list`. */
export type ModelsAliasesListQuery = Loose<Schemas['ModelsAliasesListQuery']>;

/** The query of `models.aliases.delete`. */
export type ModelsAliasesDeleteQuery = Loose<Schemas['ModelsAliasesDeleteQuery']>;

/** The query of `models.aliases.history`. */
export type ModelsAliasesHistoryQuery = Loose<Schemas['ModelsAliasesHistoryQuery']>;

/** The query of `models.protectedAliases.list`. */
export type ModelsProtectedAliasesListQuery = Loose<Schemas['ModelsProtectedAliasesListQuery']>;

/** The query of `namespaces.protectedAliases.list`. */
export type NamespacesProtectedAliasesListQuery = Loose<Schemas['NamespacesProtectedAliasesListQuery']>;

/** The query of `models.protectedAliases.rules.list`. */
export type ModelsProtectedAliasesRulesListQuery = Loose<Schemas['ModelsProtectedAliasesRulesListQuery']>;

/** The query of `namespaces.protectedAliases.rules.list`. */
export type NamespacesProtectedAliasesRulesListQuery = Loose<Schemas['NamespacesProtectedAliasesRulesListQuery']>;

/** The query of `experiments.list`. */
export type ExperimentsListQuery = Loose<Schemas['ExperimentsListQuery']>;

/** The query of `experiments.get`. */
export type ExperimentsGetQuery = Loose<Schemas['ExperimentsGetQuery']>;

/** The query of `experiments.files.list`. */
export type ExperimentsFilesListQuery = Loose<Schemas['ExperimentsFilesListQuery']>;

/** The query of `experiments.files.upload`. */
export type ExperimentsFilesUploadQuery = Loose<Schemas['ExperimentsFilesUploadQuery']>;

/** The query of `experiments.metrics.list`. */
export type ExperimentsMetricsListQuery = Loose<Schemas['ExperimentsMetricsListQuery']>;

/** The query of `experiments.events.list`. */
export type ExperimentsEventsListQuery = Loose<Schemas['ExperimentsEventsListQuery']>;

/** The query of `experiments.checkpoints.list`. */
export type ExperimentsCheckpointsListQuery = Loose<Schemas['ExperimentsCheckpointsListQuery']>;

/** The query of `checkpoints.get`. */
export type CheckpointsGetQuery = Loose<Schemas['CheckpointsGetQuery']>;

/** The query of `checkpoints.files.list`. */
export type CheckpointsFilesListQuery = Loose<Schemas['CheckpointsFilesListQuery']>;

/** The query of `checkpoints.files.upload`. */
export type CheckpointsFilesUploadQuery = Loose<Schemas['CheckpointsFilesUploadQuery']>;

/** The query of `checkpoints.metrics.list`. */
export type CheckpointsMetricsListQuery = Loose<Schemas['CheckpointsMetricsListQuery']>;

/** The query of `checkpoints.events.list`. */
export type CheckpointsEventsListQuery = Loose<Schemas['CheckpointsEventsListQuery']>;

/** The query of `checkpoints.archive`. */
export type CheckpointsArchiveQuery = Loose<Schemas['CheckpointsArchiveQuery']>;

/** The query of `datasets.list`. */
export type DatasetsListQuery = Loose<Schemas['DatasetsListQuery']>;

/** The query of `uploads.list`. */
export type UploadsListQuery = Loose<Schemas['UploadsListQuery']>;

/** The query of `uploads.parts.list`. */
export type UploadsPartsListQuery = Loose<Schemas['UploadsPartsListQuery']>;

/** The query of `models.policy.history`. */
export type ModelsPolicyHistoryQuery = Loose<Schemas['ModelsPolicyHistoryQuery']>;

/** The query of `namespaces.policy.history`. */
export type NamespacesPolicyHistoryQuery = Loose<Schemas['NamespacesPolicyHistoryQuery']>;

/** The query of `models.evaluations.list`. */
export type ModelsEvaluationsListQuery = Loose<Schemas['ModelsEvaluationsListQuery']>;

/** The query of `models.decisions.list`. */
export type ModelsDecisionsListQuery = Loose<Schemas['ModelsDecisionsListQuery']>;

/** The query of `versions.decisions.list`. */
export type VersionsDecisionsListQuery = Loose<Schemas['VersionsDecisionsListQuery']>;

/** The query of `checkpoints.decisions.list`. */
export type CheckpointsDecisionsListQuery = Loose<Schemas['CheckpointsDecisionsListQuery']>;

/** The query of `namespaces.decisions.list`. */
export type NamespacesDecisionsListQuery = Loose<Schemas['NamespacesDecisionsListQuery']>;

/** The query of `models.proposals.list`. */
export type ModelsProposalsListQuery = Loose<Schemas['ModelsProposalsListQuery']>;

/** The query of `models.policy.preview`. */
export type ModelsPolicyPreviewQuery = Loose<Schemas['ModelsPolicyPreviewQuery']>;

/** The query of `namespaces.policy.preview`. */
export type NamespacesPolicyPreviewQuery = Loose<Schemas['NamespacesPolicyPreviewQuery']>;

/** The query of `tokens.list`. */
export type TokensListQuery = Loose<Schemas['TokensListQuery']>;

/** The query of `namespaces.grants.list`. */
export type NamespacesGrantsListQuery = Loose<Schemas['NamespacesGrantsListQuery']>;

/** The query of `audit.list`. */
export type AuditListQuery = Loose<Schemas['AuditListQuery']>;

/** The query of `audit.export`. */
export type AuditExportQuery = Loose<Schemas['AuditExportQuery']>;

/** The query of `verifications.run`. */
export type VerificationsRunQuery = Loose<Schemas['VerificationsRunQuery']>;
