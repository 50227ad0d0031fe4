import { FilterError, type FilterSchema, parseFilter, type Term, termsOf } from '../filter/index.ts';
import type { Amount, KeepClause, LabelRule, PolicyDocument, PromoteRule, RetainRule } from './document.ts';
import { parseDuration } from './duration.ts';
import type { PolicyOwner } from './effective.ts';
import { templateFault } from './template.ts';

/** A fault in a policy, with a JSON pointer (RFC 6901) into the document. */
export interface PolicyFault {
  readonly pointer: string;
  readonly message: string;
  /** In a filter, the offset of the error and the accepted values. */
  readonly position?: number;
  readonly expected?: string[];
}

/** The schemas of the filters of a policy. */
export interface PolicySchemas {
  readonly version: FilterSchema;
  readonly checkpoint: FilterSchema;
  readonly experiment: FilterSchema;
}

/** Lists the faults of a policy, except for datasets: only the database knows whether they exist. */
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
      'must be unique: the list names this dataset before',
    ),
    ...checkLabels(document.label ?? [], schemas),
    ...(document.promote ?? []).flatMap((rule, index) => checkPromote(rule, `/promote/${index}`, schemas)),
    ...twice(
      document.promote ?? [],
      ({ name }) => name,
      (index) => `/promote/${index}/name`,
      'must be unique: another rule has this name',
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
  const message = 'is allowed only in the policy of a namespace, because experiments belong to no model';
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
      'must be unique: another rule has this name',
    ),
    ...twice(
      rules,
      ({ alias }) => alias,
      (index) => `/label/${index}/alias`,
      'must be unique: another rule assigns this alias, and two rules would take it from each other',
    ),
  ];
}

function checkLabel(rule: LabelRule, at: string, schema: FilterSchema): PolicyFault[] {
  const faults: PolicyFault[] = [];
  const add = (path: string, message: string) => faults.push({ pointer: `${at}${path}`, message });
  if (rule.alias === undefined && rule.tag === undefined)
    add('', 'must have an "alias" or a "tag" to assign');
  if (rule.alias !== undefined && rule.tag !== undefined)
    add('/tag', 'must be left out beside "alias": a rule assigns one of the two');
  if (rule.alias !== undefined && /^latest$/i.test(rule.alias))
    add(
      '/alias',
      'must not be "latest", which always resolves to the newest ready version; choose another alias',
    );
  if (rule.tag !== undefined && (rule.than ?? 'holder') === 'holder')
    add('/than', 'must be "any" or a number, because a tag has no holder');
  if (rule.tag !== undefined && rule.notWorse !== undefined)
    add('/notWorse', 'requires "alias", because a tag has no holder to compare with');
  const amounts = [
    [rule.margin, '/margin'],
    ...(rule.notWorse ?? []).map(
      (other, index) => [other.tolerance, `/notWorse/${index}/tolerance`] as const,
    ),
  ] as const;
  return [
    ...faults,
    ...checkFiles(rule.files ?? [], `${at}/files`),
    ...amounts.flatMap(([amount, path]) => checkAmount(amount, `${at}${path}`)),
    ...checkFilter(rule.filter, `${at}/filter`, schema),
    ...checkDuration(rule.minAge, `${at}/minAge`),
  ];
}

function checkFiles(files: NonNullable<LabelRule['files']>, at: string): PolicyFault[] {
  return files.flatMap((file, index) =>
    (file.role === undefined) === (file.path === undefined)
      ? [{ pointer: `${at}/${index}`, message: 'must have either "role" or "path"' }]
      : [],
  );
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
/** The members that each kind allows. */
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
      add(name, `must be left out beside "${kind}"`);
  }
  if (kind === 'best') {
    if (clause.metric === undefined) add('metric', 'is required beside "best"');
    if (clause.direction === undefined) add('direction', 'is required beside "best": "max" or "min"');
  }
  return [
    ...faults,
    ...checkCounts(clause, at),
    ...checkFilter(clause.filter, `${at}/filter`, schema),
    ...checkDuration(clause.youngerThan, `${at}/youngerThan`),
  ];
}

function checkCounts(clause: KeepClause, at: string): PolicyFault[] {
  return (['best', 'latest', 'everyEpoch'] as const).flatMap((name) => {
    const value = clause[name];
    if (value === undefined || !(value < 1 || value > 1_000_000)) return [];
    return [{ pointer: `${at}/${name}`, message: 'must be 1 to 1000000' }];
  });
}

function checkAmount(amount: Amount | undefined, pointer: string): PolicyFault[] {
  if (amount === undefined || (amount.abs === undefined) !== (amount.rel === undefined)) return [];
  return [{ pointer, message: 'must have either "abs" or "rel"' }];
}

function checkFilter(text: string | undefined, pointer: string, schema: FilterSchema): PolicyFault[] {
  if (text === undefined) return [];
  try {
    const { condition } = parseFilter(text, schema);
    if (condition === null)
      return [{ pointer, message: 'must not be empty; to match everything, leave it out' }];
    return termsOf(condition).flatMap((term) => checkValues(term, pointer, schema));
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, position, expected } = error;
    return [{ pointer, message, position, expected: [...expected] }];
  }
}

/** Finds comparisons with a value that the field never has: their result would always be the same. */
function checkValues(term: Term, pointer: string, schema: FilterSchema): PolicyFault[] {
  if (term.ref.kind !== 'field' || (term.kind !== 'compare' && term.kind !== 'in')) return [];
  const { name } = term.ref;
  const { values: allowed, form } = schema.fields[name] ?? {};
  const given = term.kind === 'in' ? term.values : [term.value];
  return given.flatMap(({ value }) => {
    if (form && !form.fits(String(value))) {
      const message = `compares ${name} with '${value}', which never matches: ${form.words}`;
      return [{ pointer, message, position: term.position }];
    }
    if (allowed === undefined || allowed.includes(String(value))) return [];
    const message = `compares ${name} with '${value}', which is not one of its values: ${allowed.join(', ')}`;
    return [{ pointer, message, position: term.position, expected: allowed.map((each) => `'${each}'`) }];
  });
}

function checkDuration(text: string | undefined, pointer: string, least = 1000): PolicyFault[] {
  if (text === undefined) return [];
  const parsed = parseDuration(text);
  if (!parsed.ok) return [{ pointer, message: parsed.message }];
  return parsed.milliseconds < least ? [{ pointer, message: 'must be at least a second ("PT1S")' }] : [];
}

/** Finds items whose key an earlier item has. */
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

/** Lists every dataset that a policy names, with its place. */
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
