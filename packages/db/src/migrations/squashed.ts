/** The migration that has the text of all migrations before it. */
export const initial = '20261203000000_initial';

/** The migrations of the development before it, which a database of that time has instead. */
export const replaced: readonly string[] = [
  '20261123000001_objects',
  '20261123000002_metrics',
  '20261123000003_changes',
  '20261123000004_purge',
  '20261123000005_blob_sweep',
  '20261125000006_uploads',
  '20261125000007_quotas',
  '20261126000008_policies',
  '20261126000009_access',
  '20261126000010_protected_aliases',
  '20261126000011_audit',
  '20261126000012_access_epochs',
  '20261201000040_expand_nfc',
  '20261201000050_expand_created_order',
  '20261201000051_expand_clock_hold',
  '20261201000060_purge_whole_objects',
  '20261201000070_idempotency_receipts',
  '20261201000071_decision_repeats',
  '20261201000072_history_pruning',
  '20261201000100_doubtful_copies',
  '20261201000110_expand_upload_rereads',
  '20261202000160_expand_token_tree',
  '20261202000161_expand_kept_namespaces',
  '20261202000162_expand_repeated_denials',
  '20261202000170_expand_policy_authors',
  '20261202000210_expand_metric_keys',
  '20261202000220_expand_rule_consents',
  '20261202000221_expand_approvals',
  '20261202000222_expand_metric_claims',
  '20261202000230_expand_metric_plans',
  '20261202000231_expand_open_uploads',
];

export const isReplaced = (name: string): boolean => replaced.includes(name);
