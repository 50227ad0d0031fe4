export interface Consent {
  readonly alias: string;
  readonly namespace: string;
  readonly model: string | null;
  readonly givenBy: string | null;
  readonly givenAt: Date | null;
}

export function consentWords(
  { alias, namespace, model, givenBy, givenAt }: Consent,
  owner: string,
  rule: string,
): string {
  const where = model === null ? namespace : `the model ${model}`;
  return givenBy === null || givenAt === null
    ? `the rule ${rule} of ${owner} waits: ${alias} is protected by ${where}, and an admin of ${namespace} must ` +
        'allow the rule'
    : `the rule ${rule} of ${owner} changed since ${givenBy} allowed it on ${givenAt.toISOString()}; an admin of ` +
        `${namespace} must allow it again`;
}
