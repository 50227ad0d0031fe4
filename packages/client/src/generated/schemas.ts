// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { Loose } from '../core/loose.ts';
import type { components } from './types.ts';

type Schemas = components['schemas'];

/** A name such as `prod` that at most one version of a model holds. */
export type Alias = Schemas['Alias'];

/** A move of an alias. */
export type AliasMove = Schemas['AliasMove'];

/** One page of a list. */
export type AliasMovePage = Schemas['AliasMovePage'];

/** One page of a list. */
export type AliasPage = Schemas['AliasPage'];

/** A restriction on moves of an alias. A move must satisfy every protection on the model and above it. */
export type AliasProtection = Schemas['AliasProtection'];

/** One page of a list. */
export type AliasProtectionPage = Schemas['AliasProtectionPage'];

export type AliasProtectionPut = Loose<Schemas['AliasProtectionPut']>;

export type AliasPut = Loose<Schemas['AliasPut']>;

export type AliasRollback = Loose<Schemas['AliasRollback']>;

/** An approval of a proposal. */
export type Approval = Schemas['Approval'];

export type AttachFiles = Loose<Schemas['AttachFiles']>;

/** A write, a denied attempt or a read. */
export type AuditEntry = Schemas['AuditEntry'];

/**
 * `written`: the caller changed something. `denied`: the caller lacked a permission. `read`: content was
 * sent; the server records reads only if it is configured to.
 */
export type AuditOutcome = Schemas['AuditOutcome'];

/** One page of a list. */
export type AuditPage = Schemas['AuditPage'];

/** The object of the request, as far as the server could resolve it. */
export type AuditedObject = Schemas['AuditedObject'];

/** The versions that would have held the alias, in order of time. */
export type Backtest = Schemas['Backtest'];

export type BacktestRequest = Loose<Schemas['BacktestRequest']>;

/** A fixed bound. */
export type Bound = Schemas['Bound'];

export type Champion = Schemas['Champion'];

export type ChampionNumber = Schemas['ChampionNumber'];

export type ChampionSpecial = Schemas['ChampionSpecial'];

/** A checkpoint that a training run wrote at an epoch, a step, or both. */
export type Checkpoint = Schemas['Checkpoint'];

/**
 * A checkpoint of a run. `epoch` or `step` is required. With `files` (also `[]`) or `status: ready` the
 * checkpoint is ready at once. Otherwise it is pending until it is finalized.
 */
export type CheckpointCreate = Loose<Schemas['CheckpointCreate']>;

/** One page of a list. */
export type CheckpointPage = Schemas['CheckpointPage'];

export type CheckpointUpdate = Loose<Schemas['CheckpointUpdate']>;

/** The verdict of one clause of a rule. */
export type ClauseVerdict = Schemas['ClauseVerdict'];

/**
 * `missing`: the version has no metric on the dataset. `stale`: the digest of the dataset has changed since
 * the evaluation. `done`: the evaluation is current.
 */
export type Coverage = Schemas['Coverage'];

/** A reference to data that is stored outside of ModelBox. */
export type Dataset = Schemas['Dataset'];

/** A dataset by name and digest. */
export type DatasetAtDigest = Schemas['DatasetAtDigest'];

export type DatasetCreate = Loose<Schemas['DatasetCreate']>;

/**
 * A dataset. A bare name belongs to the namespace of the object that mentions it; `ns/name` is absolute. The
 * first mention creates the dataset. Without a digest, the current digest applies.
 */
export type DatasetMention = Schemas['DatasetMention'];

/** A dataset by name, at its current digest. */
export type DatasetName = Schemas['DatasetName'];

/** One page of a list. */
export type DatasetPage = Schemas['DatasetPage'];

export type DatasetUpdate = Loose<Schemas['DatasetUpdate']>;

/** A decision of a rule, with its reasons. */
export type Decision = Schemas['Decision'];

/** One page of a list. */
export type DecisionPage = Schemas['DecisionPage'];

/** The policy and its edit at the time of the decision. */
export type DecisionPolicy = Schemas['DecisionPolicy'];

/** The object of the decision. For `kept`, the model or namespace in the scope of the rule. */
export type DecisionSubject = Schemas['DecisionSubject'];

/** A dataset that every version must be evaluated on. */
export type EvaluateRule = Schemas['EvaluateRule'];

/** A required evaluation of a version on a dataset, and its state. */
export type Evaluation = Schemas['Evaluation'];

/** One page of a list. */
export type EvaluationPage = Schemas['EvaluationPage'];

/** The trusted authors: rules use only their metrics and evaluations. Default: admins. */
export type EvaluationsBy = Schemas['EvaluationsBy'];

/** An event that an external system reported about an object. */
export type Event = Schemas['Event'];

export type EventCreate = Loose<Schemas['EventCreate']>;

/** One page of a list. */
export type EventPage = Schemas['EventPage'];

/** A training run. */
export type Experiment = Schemas['Experiment'];

export type ExperimentCreate = Loose<Schemas['ExperimentCreate']>;

/** One page of a list. */
export type ExperimentPage = Schemas['ExperimentPage'];

/** The checkpoint from which the run started. Null if the caller may not see it. */
export type ExperimentSource = Schemas['ExperimentSource'];

/** The checkpoint from which the run starts. It may belong to another experiment. */
export type ExperimentSourceInput = Schemas['ExperimentSourceInput'];

export type ExperimentStatus = Schemas['ExperimentStatus'];

export type ExperimentUpdate = Loose<Schemas['ExperimentUpdate']>;

/** The reasons why a version holds or does not hold an alias now. */
export type Explanation = Schemas['Explanation'];

export type FieldError = Schemas['FieldError'];

/** A file of an object. */
export type File = Schemas['File'];

/** The files that the request named. */
export type FileList = Schemas['FileList'];

/** One page of a list. */
export type FilePage = Schemas['FilePage'];

/** The role of the file. */
export type FileRole = Schemas['FileRole'];

/** A file to create from stored content, named by its SHA-256. */
export type FileToAttach = Schemas['FileToAttach'];

export type FileToTrack = Schemas['FileToTrack'];

/** The location of the file. The last segment becomes its path. */
export type FileUri = Schemas['FileUri'];

export type FiniteNumber = Schemas['FiniteNumber'];

/** The consent: the digest, the admin and the time. */
export type GivenConsent = Schemas['GivenConsent'];

/** A role of a principal on a namespace and everything below it. */
export type Grant = Schemas['Grant'];

/** One page of a list. */
export type GrantPage = Schemas['GrantPage'];

export type GrantPut = Loose<Schemas['GrantPut']>;

export type Health = Schemas['Health'];

/** A hold: retention never removes the object. */
export type Hold = Schemas['Hold'];

export type HoldPut = Loose<Schemas['HoldPut']>;

/**
 * Exactly one of `best` (with `metric`, `direction` and optionally `dataset` and `per`), `latest` (optionally
 * with `per`), `everyEpoch`, `youngerThan` and `filter`.
 */
export type KeepClause = Schemas['KeepClause'];

/** Assigns an alias or a tag to the version that beats the others and passes all clauses. */
export type LabelRule = Schemas['LabelRule'];

/** The origins and the descendants of a version. */
export type Lineage = Schemas['Lineage'];

export type LineageEdge = Schemas['LineageEdge'];

export type LineageNode = Schemas['LineageNode'];

export type LogMetrics = Loose<Schemas['LogMetrics']>;

export type LoggedPoint = Schemas['LoggedPoint'];

/** One page of a list. */
export type LoggedPointPage = Schemas['LoggedPointPage'];

/** Any JSON object, at most 64 KiB. */
export type Metadata = Schemas['Metadata'];

/** A JSON merge patch (RFC 7396): members replace, `null` removes, objects merge. */
export type MetadataPatch = Schemas['MetadataPatch'];

/** Whether higher or lower values are better. */
export type MetricDirection = Schemas['MetricDirection'];

export type MetricPoint = Schemas['MetricPoint'];

export type MetricPoints = Schemas['MetricPoints'];

/** The latest values after the write. */
export type MetricSummary = Schemas['MetricSummary'];

/** A double. NaN and the infinities, which JSON lacks, are strings. */
export type MetricValue = Schemas['MetricValue'];

/** Values by key. */
export type MetricValues = Schemas['MetricValues'];

export type MetricsInput = Schemas['MetricsInput'];

/** A model: a task to solve, with everything that its versions share. */
export type Model = Schemas['Model'];

export type ModelCreate = Loose<Schemas['ModelCreate']>;

/** One page of a list. */
export type ModelPage = Schemas['ModelPage'];

export type ModelUpdate = Loose<Schemas['ModelUpdate']>;

/** A path that organizes the models and experiments of a team. Created on first use. */
export type Namespace = Schemas['Namespace'];

/** One page of a list. */
export type NamespacePage = Schemas['NamespacePage'];

export type NamespaceUpdate = Loose<Schemas['NamespaceUpdate']>;

/**
 * The storage use of a namespace and all below it. Files of deleted objects count until they are purged.
 * Tracked files do not count.
 */
export type NamespaceUsage = Schemas['NamespaceUsage'];

export type NewToken = Schemas['NewToken'];

export type NonFiniteNumber = Schemas['NonFiniteNumber'];

/** A metric in which the version must not be worse than the holder. */
export type NotWorse = Schemas['NotWorse'];

export type Opponent = Schemas['Opponent'];

/**
 * `moved`, `tagged`, `proposed`, `promoted`, `removed`: the action was done. `holds`: the version has the
 * alias or tag already. `no`: a clause fails. `kept`: clauses of `keep` name something that no object in
 * scope has, so the rule keeps everything. `skipped`: the object became protected meanwhile. `refused`: the
 * action was due, but failed. `suspended`: the action was due, but the author of the rule may no longer do
 * it, or no admin has allowed the rule to move a protected alias.
 */
export type Outcome = Schemas['Outcome'];

export type PartToSign = Schemas['PartToSign'];

export type PartsToSign = Loose<Schemas['PartsToSign']>;

export type Permission = Schemas['Permission'];

/** The sections of this policy, and the sections that apply here. */
export type Policy = Schemas['Policy'];

/** An amount: either `abs` or `rel`. */
export type PolicyAmount = Schemas['PolicyAmount'];

/**
 * Rules that the server applies to models and experiments. For each section the nearest policy applies: that
 * of the model, then those of its namespaces, from the innermost. Without a policy, nothing is labelled,
 * promoted or removed.
 */
export type PolicyDocument = Loose<Schemas['PolicyDocument']>;

/** An edit of a policy, with the complete policy after it. */
export type PolicyEdit = Schemas['PolicyEdit'];

/** One page of a list. */
export type PolicyEditPage = Schemas['PolicyEditPage'];

/** The effects that a policy would have now. The preview changes nothing. */
export type PolicyPreview = Schemas['PolicyPreview'];

export type PolicyScope = Schemas['PolicyScope'];

/** The policy that a section comes from. */
export type PolicySource = Schemas['PolicySource'];

/** The source of each section of `effective`. */
export type PolicySources = Schemas['PolicySources'];

/** A policy clause that no object matches now, for example because of a typing error. */
export type PolicyWarning = Schemas['PolicyWarning'];

/**
 * `unknown_metric`, `unknown_metadata`, `unknown_value`, `no_epoch`: no object in scope has the metric (on
 * the dataset), the metadata key, the tag, alias or text, or an epoch. `no_match`: no object passes the
 * filter. `not_evaluated`: no version was evaluated on the dataset. `not_checked`: the check took too long;
 * the preview repeats it.
 */
export type PolicyWarningCode = Schemas['PolicyWarningCode'];

export type PreviewRequest = Loose<Schemas['PreviewRequest']>;

/** The verdict of a labelling rule now. */
export type PreviewedLabel = Schemas['PreviewedLabel'];

/** The retention verdict about an object, and the reasons. */
export type PreviewedObject = Schemas['PreviewedObject'];

/** The verdict of a promotion rule now. */
export type PreviewedPromotion = Schemas['PreviewedPromotion'];

/** Problem details (RFC 9457). */
export type Problem = Schemas['Problem'];

/** Promotes the best checkpoint of experiments to a version of the model. */
export type PromoteRule = Schemas['PromoteRule'];

/**
 * The version to create from the checkpoint. It shares the files of the checkpoint (no content is copied),
 * starts with its latest metrics and evaluations, and is ready at once. Metadata and tags come from this
 * request.
 */
export type Promotion = Loose<Schemas['Promotion']>;

/** An action that a rule proposes, for a person to decide. */
export type Proposal = Schemas['Proposal'];

export type ProposalDecision = Loose<Schemas['ProposalDecision']>;

/** One page of a list. */
export type ProposalPage = Schemas['ProposalPage'];

/** `superseded`: the rule has proposed another version since, or this version no longer passes the rule. */
export type ProposalState = Schemas['ProposalState'];

/**
 * The reason why no rule may remove the object: it holds an alias, held one before, is on hold, is the source
 * of a version that is not purged, is the newest ready checkpoint of a running experiment, is not ready, or
 * was restored by a person since the last edit of the policy.
 */
export type Protection = Schemas['Protection'];

/** The readiness of the server and its parts. */
export type Readiness = Schemas['Readiness'];

/** A required file, by either role or path. */
export type RequiredFile = Schemas['RequiredFile'];

/** The version that a reference resolves to now. */
export type Resolution = Schemas['Resolution'];

export type ResolvedFile = Schemas['ResolvedFile'];

export type Retain = Schemas['Retain'];

export type RetainRule = Schemas['RetainRule'];

export type RetentionPreview = Schemas['RetentionPreview'];

/**
 * `viewer` reads and downloads. `contributor` adds experiments, checkpoints, metrics and versions.
 * `maintainer` moves aliases, sets policies and holds, deletes, and decides proposals. `admin` manages
 * grants. Each role includes the roles before it.
 */
export type Role = Schemas['Role'];

/** A labelling rule for a protected alias, and whether the rule may move it. */
export type RuleConsent = Schemas['RuleConsent'];

/** One page of a list. */
export type RuleConsentPage = Schemas['RuleConsentPage'];

export type RuleConsentPut = Loose<Schemas['RuleConsentPut']>;

/**
 * `allowed`: the rule may move the alias. `waits`: no admin has allowed it. `changed`: the rule has changed
 * since it was allowed. `gone`: the policy no longer has the allowed rule.
 */
export type RuleConsentState = Schemas['RuleConsentState'];

export type RuleKind = Schemas['RuleKind'];

/** The model or namespace whose policy has the rule. */
export type RuleOwner = Schemas['RuleOwner'];

/** A signed request that sends one part to the store. */
export type SignedPart = Schemas['SignedPart'];

export type SignedParts = Schemas['SignedParts'];

/** The origin of the version, as far as the caller may see it. */
export type Source = Schemas['Source'];

/** The origin of the version. */
export type SourceInput = Schemas['SourceInput'];

/**
 * `latest`, `resolve` and aliases use only `ready` objects. The file set of a `ready` object is immutable.
 */
export type Status = Schemas['Status'];

export type SuspendedSection = Schemas['SuspendedSection'];

/** Credentials of a user or service. The secret is not included. */
export type Token = Schemas['Token'];

export type TokenCreate = Loose<Schemas['TokenCreate']>;

/** One page of a list. */
export type TokenPage = Schemas['TokenPage'];

export type TrackFiles = Loose<Schemas['TrackFiles']>;

/** A file whose content stays at its URI. */
export type TrackedFile = Schemas['TrackedFile'];

/** Whether `label` and `promote` are incomplete, because of `limit` or the size of the page. */
export type TruncatedPreview = Schemas['TruncatedPreview'];

/** For `rule`, the authors whose metrics and evaluations the rules use. Otherwise null. */
export type TrustedEvaluators = Schemas['TrustedEvaluators'];

export type UndecidedClause = Schemas['UndecidedClause'];

/** A value that a rule ignores, because the protection of the alias does not trust its author. */
export type UntrustedValue = Schemas['UntrustedValue'];

/** An upload of a file in parts. */
export type Upload = Schemas['Upload'];

export type UploadComplete = Loose<Schemas['UploadComplete']>;

/** A file to upload in parts, for exactly one of `model`, `version`, `experiment` and `checkpoint`. */
export type UploadCreate = Loose<Schemas['UploadCreate']>;

/** One page of a list. */
export type UploadPage = Schemas['UploadPage'];

/** A part that arrived and passed its checksum. */
export type UploadPart = Schemas['UploadPart'];

/** One page of a list. */
export type UploadPartPage = Schemas['UploadPartPage'];

/**
 * `open`: accepts parts. `verifying`: all parts arrived, and the server computes the SHA-256 of the whole.
 * `complete`: the file is verified. `failed`: the content did not match the announced SHA-256. `aborted`,
 * `expired`: a caller aborted the upload, or no part arrived in time; nothing is stored.
 */
export type UploadState = Schemas['UploadState'];

/** A dataset at the digest that was used. */
export type UsedDataset = Schemas['UsedDataset'];

/** A version of a model. */
export type Version = Schemas['Version'];

/**
 * With `files` (also `[]`) or `status: ready`, the version is ready at once. Otherwise it is pending until it
 * is finalized, which also sets its `aliases`.
 */
export type VersionCreate = Loose<Schemas['VersionCreate']>;

/** One page of a list. */
export type VersionPage = Schemas['VersionPage'];

export type VersionUpdate = Loose<Schemas['VersionUpdate']>;

/** A labelling rule that does not move its protected alias until an admin allows it. */
export type WaitingRule = Schemas['WaitingRule'];

/** The identity and the rights of the caller. */
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
