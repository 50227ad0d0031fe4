import { FilterError, type FilterSchema, parseFilter, type Term, termsOf } from '../filter/index.ts';
import type { Amount, KeepClause, LabelRule, PolicyDocument, PromoteRule, RetainRule } from './document.ts';
import { parseDuration } from './duration.ts';
import type { PolicyOwner } from './effective.ts';
import { templateFault } from './template.ts';

/** What is wrong with a policy, and where: a JSON pointer (RFC 6901) into the document. */
export interface PolicyFault {
  readonly pointer: string;
  readonly message: string;
  /** In a filter: the offset of the error, and what would have been accepted. */
  readonly position?: number;
  readonly expected?: string[];
}

/** What filters may speak of. */
export interface PolicySchemas {
  readonly version: FilterSchema;
  readonly checkpoint: FilterSchema;
  readonly experiment: FilterSchema;
}

/** All that is wrong with a policy but for the datasets that it names: whether those exist only a database knows. */
export function checkPolicy(
  document: PolicyDocument,
  owner: PolicyOwner['kind'],
  schemas: PolicySchemas,
): PolicyFault[] {
  const { retain } = document;
  return [
    ...twice(
      document.evaluate ?? [],
      ({ dataset }) => dataset,
      (index) => `/evaluate/${index}/dataset`,
      'names a dataset twice',
    ),
    ...checkLabels(document.label ?? [], schemas),
    ...(document.promote ?? []).flatMap((rule, index) => checkPromote(rule, `/promote/${index}`, schemas)),
    ...twice(
      document.promote ?? [],
      ({ name }) => name,
      (index) => `/promote/${index}/name`,
      'is the name of another rule too',
    ),
    ...(retain?.versions ? checkRetain(retain.versions, '/retain/versions', schemas.version) : []),
    ...(retain?.checkpoints
      ? checkRetain(retain.checkpoints, '/retain/checkpoints', schemas.checkpoint)
      : []),
    ...checkDuration(document.staleAfter, '/staleAfter'),
    ...(owner === 'model' ? namespaceOnly(document) : []),
  ];
}

function namespaceOnly({ retain, staleAfter }: PolicyDocument): PolicyFault[] {
  const message = 'stands on namespaces only: experiments belong to no model';
  return [
    ...(retain?.checkpoints ? [{ pointer: '/retain/checkpoints', message }] : []),
    ...(staleAfter === undefined ? [] : [{ pointer: '/staleAfter', message }]),
  ];
}

function checkLabels(rules: readonly LabelRule[], { version }: PolicySchemas): PolicyFault[] {
  return [
    ...rules.flatMap((rule, index) => checkLabel(rule, `/label/${index}`, version)),
    ...twice(
      rules,
      ({ name }) => name,
      (index) => `/label/${index}/name`,
      'is the name of another rule too',
    ),
    ...twice(
      rules,
      ({ alias }) => alias,
      (index) => `/label/${index}/alias`,
      'is given by another rule too: two rules for one alias would take it from each other',
    ),
  ];
}

function checkLabel(rule: LabelRule, at: string, schema: FilterSchema): PolicyFault[] {
  const faults: PolicyFault[] = [];
  const add = (path: string, message: string) => faults.push({ pointer: `${at}${path}`, message });
  if (rule.alias === undefined && rule.tag === undefined)
    add('', 'must name the "alias" or the "tag" that it gives');
  if (rule.alias !== undefined && rule.tag !== undefined)
    add('/tag', 'must not stand beside "alias": a rule gives one of the two');
  if (rule.alias !== undefined && /^latest$/i.test(rule.alias))
    add('/alias', 'must not be "latest": that is the newest ready version, which no rule moves');
  if (rule.tag !== undefined && (rule.than ?? 'holder') === 'holder')
    add('/than', 'must be "any" or a number: a tag has no holder');
  if (rule.tag !== undefined && rule.notWorse !== undefined)
    add('/notWorse', 'needs an alias: a tag has no holder');
  for (const [index, file] of (rule.files ?? []).entries()) {
    if ((file.role === undefined) === (file.path === undefined))
      add(`/files/${index}`, 'must have "role" or "path", one of the two');
  }
  const amounts = [
    [rule.margin, '/margin'],
    ...(rule.notWorse ?? []).map(
      (other, index) => [other.tolerance, `/notWorse/${index}/tolerance`] as const,
    ),
  ] as const;
  return [
    ...faults,
    ...amounts.flatMap(([amount, path]) => checkAmount(amount, `${at}${path}`)),
    ...checkFilter(rule.filter, `${at}/filter`, schema),
    ...checkDuration(rule.minAge, `${at}/minAge`),
  ];
}

function checkPromote(rule: PromoteRule, at: string, schemas: PolicySchemas): PolicyFault[] {
  const fault = templateFault(rule.version);
  return [
    ...checkFilter(rule.experiments, `${at}/experiments`, schemas.experiment),
    ...checkFilter(rule.filter, `${at}/filter`, schemas.checkpoint),
    ...(fault === null ? [] : [{ pointer: `${at}/version`, message: fault }]),
  ];
}

function checkRetain(rule: RetainRule, at: string, schema: FilterSchema): PolicyFault[] {
  return [
    ...rule.keep.flatMap((clause, index) => checkKeep(clause, `${at}/keep/${index}`, schema)),
    ...checkDuration(rule.grace, `${at}/grace`, 0),
  ];
}

const KINDS = ['best', 'latest', 'everyEpoch', 'youngerThan', 'filter'] as const;
/** What may stand beside each. */
const BESIDE: Readonly<Record<(typeof KINDS)[number], readonly (keyof KeepClause)[]>> = {
  best: ['metric', 'dataset', 'direction', 'per'],
  latest: ['per'],
  everyEpoch: [],
  youngerThan: [],
  filter: [],
};

function checkKeep(clause: KeepClause, at: string, schema: FilterSchema): PolicyFault[] {
  const given = KINDS.filter((kind) => clause[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    return [{ pointer: at, message: `must have exactly one of ${KINDS.join(', ')}` }];
  const faults: PolicyFault[] = [];
  const add = (name: string, message: string) => faults.push({ pointer: `${at}/${name}`, message });
  for (const name of ['metric', 'dataset', 'direction', 'per'] as const) {
    if (clause[name] !== undefined && !BESIDE[kind].includes(name))
      add(name, `means nothing beside "${kind}"`);
  }
  if (kind === 'best') {
    if (clause.metric === undefined) add('metric', 'is required: the best by what');
    if (clause.direction === undefined) add('direction', 'is required: "max" or "min"');
  }
  for (const name of ['best', 'latest', 'everyEpoch'] as const) {
    const value = clause[name];
    if (value !== undefined && (value < 1 || value > 1_000_000)) add(name, 'must be 1 to 1000000');
  }
  return [
    ...faults,
    ...checkFilter(clause.filter, `${at}/filter`, schema),
    ...checkDuration(clause.youngerThan, `${at}/youngerThan`),
  ];
}

function checkAmount(amount: Amount | undefined, pointer: string): PolicyFault[] {
  if (amount === undefined || (amount.abs === undefined) !== (amount.rel === undefined)) return [];
  return [{ pointer, message: 'must have "abs" or "rel", one of the two' }];
}

function checkFilter(text: string | undefined, pointer: string, schema: FilterSchema): PolicyFault[] {
  if (text === undefined) return [];
  try {
    const { condition } = parseFilter(text, schema);
    if (condition === null) return [{ pointer, message: 'must not be empty; leave it out' }];
    return termsOf(condition).flatMap((term) => checkValues(term, pointer, schema));
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, position, expected } = error;
    return [{ pointer, message, position, expected: [...expected] }];
  }
}

/** A field that is compared with a value that it never has: the comparison would always come out the same. */
function checkValues(term: Term, pointer: string, schema: FilterSchema): PolicyFault[] {
  if (term.ref.kind !== 'field' || (term.kind !== 'compare' && term.kind !== 'in')) return [];
  const { name } = term.ref;
  const { values: allowed, form } = schema.fields[name] ?? {};
  const given = term.kind === 'in' ? term.values : [term.value];
  return given.flatMap(({ value }) => {
    if (form && !form.fits(String(value))) {
      const message = `compares ${name} with '${value}', which it can never be: ${form.words}`;
      return [{ pointer, message, position: term.position }];
    }
    if (allowed === undefined || allowed.includes(String(value))) return [];
    const message = `compares ${name} with '${value}', which is none of its values: ${allowed.join(', ')}`;
    return [{ pointer, message, position: term.position, expected: allowed.map((each) => `'${each}'`) }];
  });
}

/** @param least in milliseconds. */
function checkDuration(text: string | undefined, pointer: string, least = 1000): PolicyFault[] {
  if (text === undefined) return [];
  const parsed = parseDuration(text);
  if (!parsed.ok) return [{ pointer, message: parsed.message }];
  return parsed.milliseconds < least ? [{ pointer, message: 'must be at least a second ("PT1S")' }] : [];
}

/** The items whose key an earlier one has too. */
function twice<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
  pointerOf: (index: number) => string,
  message: string,
): PolicyFault[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (key === undefined) return [];
    if (seen.has(key)) return [{ pointer: pointerOf(index), message }];
    seen.add(key);
    return [];
  });
}

/** Every dataset that a policy names, and where. */
export function policyDatasets(
  document: PolicyDocument,
): { readonly name: string; readonly pointer: string }[] {
  const { evaluate, label, promote, retain } = document;
  const found: { name: string; pointer: string }[] = [];
  const add = (item: { readonly dataset?: string | undefined }, at: string) => {
    if (item.dataset !== undefined) found.push({ name: item.dataset, pointer: `${at}/dataset` });
  };
  evaluate?.forEach((rule, index) => void add(rule, `/evaluate/${index}`));
  label?.forEach((rule, index) => {
    add(rule, `/label/${index}`);
    rule.notWorse?.forEach((other, place) => void add(other, `/label/${index}/notWorse/${place}`));
  });
  promote?.forEach((rule, index) => void add(rule, `/promote/${index}`));
  for (const kind of ['versions', 'checkpoints'] as const) {
    retain?.[kind]?.keep.forEach((clause, index) => void add(clause, `/retain/${kind}/keep/${index}`));
  }
  return found;
}
