/** Policies that the server accepts: the schema alone does not express all rules. */

const label = { name: 'best', alias: 'champion', metric: 'acc', direction: 'max' };

export const LABEL_RULES = [
  label,
  { ...label, than: 'any', margin: { rel: 0.1 }, filter: "framework = 'pytorch'", minAge: 'PT1H' },
  { name: 'gold', tag: 'gold', metric: 'acc', direction: 'min', than: 0.5, mode: 'propose' },
];

export const POLICY_DOCUMENTS = [
  {},
  { label: [label], evaluate: [] },
  { label: LABEL_RULES.slice(1) },
  { promote: [{ metric: 'acc', direction: 'max', version: '{experiment}-e{epoch}', at: 'once' }] },
  { retain: { versions: { keep: [{ latest: 2 }, { everyEpoch: 2 }], remove: 'files', grace: 'PT0S' } } },
];
