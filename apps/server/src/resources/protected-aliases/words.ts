/** A protection, and the consent that an admin gave there. */
export interface Consent {
  readonly alias: string;
  /** The namespace of the protection, or of its model. */
  readonly namespace: string;
  readonly model: string | null;
  readonly givenBy: string | null;
  readonly givenAt: Date | null;
}

/** Says in one sentence why a rule waits, and who may allow it. */
export function consentWords(
  { alias, namespace, model, givenBy, givenAt }: Consent,
  owner: string,
  rule: string,
): string {
  const where = model === null ? namespace : `the model ${model}`;
  return givenBy === null || givenAt === null
    ? `the rule ${rule} of ${owner} waits: ${alias} is protected by ${where}, and an admin of ${namespace} must allow the rule`
    : `the rule ${rule} of ${owner} changed since ${givenBy} allowed it on ${givenAt.toISOString()}; an admin of ${namespace} must allow it again`;
}
