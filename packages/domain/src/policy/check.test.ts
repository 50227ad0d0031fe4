import { describe, expect, it } from 'vitest';
import type { FilterSchema } from '../filter/index.ts';
import { checkPolicy, policyDatasets } from './check.ts';
import type { KeepClause, PolicyDocument } from './document.ts';

const schema: FilterSchema = {
  fields: {
    framework: {
      type: 'text',
      form: { fits: (text) => text === text.toLowerCase(), words: 'it is lower-case' },
    },
    status: { type: 'text', values: ['pending', 'ready'] },
  },
  tags: true,
  metadata: true,
  metric: true,
};
const schemas = { version: schema, checkpoint: schema, experiment: schema };
const promote = { metric: 'acc', direction: 'max', version: '{epoch}' } as const;
/** A policy of one clause that keeps versions. */
const keeping = (...keep: readonly KeepClause[]): PolicyDocument => ({
  retain: { versions: { keep, remove: 'object' } },
});
const best = { best: 1, metric: 'acc', direction: 'max' } as const;
const label = { name: 'best', alias: 'prod', metric: 'acc', direction: 'max' } as const;

describe('an invalid policy is rejected with the place of each fault', () => {
  it.each<[string, PolicyDocument, string[]]>([
    ['a filter that does not parse', { label: [{ ...label, filter: 'framework ==' }] }, ['/label/0/filter']],
    [
      'a filter over what is not there',
      { label: [{ ...label, filter: 'framwork = 1' }] },
      ['/label/0/filter'],
    ],
    [
      'a text that no framework is',
      { label: [{ ...label, filter: "framework IN ('keras', 'PyTorch')" }] },
      ['/label/0/filter'],
    ],
    ['a status that is none', { label: [{ ...label, filter: "status = 'redy'" }] }, ['/label/0/filter']],
    [
      'a status that is none, in a list and below NOT',
      { label: [{ ...label, filter: "NOT (status IN ('ready', 'done') OR status != 'x')" }] },
      ['/label/0/filter', '/label/0/filter'],
    ],
    ['neither alias nor tag', { label: [{ ...label, alias: undefined }] }, ['/label/0']],
    ['alias and tag', { label: [{ ...label, tag: 'x', than: 1 }] }, ['/label/0/tag']],
    [
      'a tag without a holder to compare with',
      { label: [{ ...label, alias: undefined, tag: 'x' }] },
      ['/label/0/than'],
    ],
    ['an alias that no rule may move', { label: [{ ...label, alias: 'latest' }] }, ['/label/0/alias']],
    ['two rules for one alias', { label: [label, { ...label, name: 'other' }] }, ['/label/1/alias']],
    ['two rules with one name', { label: [label, { ...label, alias: 'other' }] }, ['/label/1/name']],
    ['two amounts', { label: [{ ...label, margin: { abs: 1, rel: 1 } }] }, ['/label/0/margin']],
    ['months', { label: [{ ...label, minAge: 'P1M' }] }, ['/label/0/minAge']],
    ['a dataset twice', { evaluate: [{ dataset: 'a' }, { dataset: 'a' }] }, ['/evaluate/1/dataset']],
    [
      'a K of 0',
      { retain: { versions: { keep: [{ latest: 0 }], remove: 'object' } } },
      ['/retain/versions/keep/0/latest'],
    ],
    [
      'the best by nothing',
      { retain: { versions: { keep: [{ best: 1 }], remove: 'object' } } },
      ['/retain/versions/keep/0/metric', '/retain/versions/keep/0/direction'],
    ],
    [
      'two clauses in one',
      { retain: { versions: { keep: [{ latest: 1, everyEpoch: 2 }], remove: 'object' } } },
      ['/retain/versions/keep/0'],
    ],
    [
      'sections that only a namespace may have',
      { retain: { checkpoints: { keep: [{ latest: 1 }], remove: 'files' } }, staleAfter: 'P1D' },
      ['/retain/checkpoints', '/staleAfter'],
    ],
    [
      'a template without a place',
      { promote: [{ metric: 'acc', direction: 'max', version: 'best' }] },
      ['/promote/0/version'],
    ],
    [
      'a template with an unknown place',
      { promote: [{ metric: 'acc', direction: 'max', version: '{run}-{epoch}' }] },
      ['/promote/0/version'],
    ],
    [
      'a tag that is compared with a holder elsewhere',
      { label: [{ ...label, alias: undefined, tag: 'x', than: 'any', notWorse: [label] }] },
      ['/label/0/notWorse'],
    ],
    [
      'an alias that no rule may move, however written',
      { label: [{ ...label, alias: 'LATEST' }] },
      ['/label/0/alias'],
    ],
    [
      'a file without role and path',
      { label: [{ ...label, files: [{ role: 'model' }, {}] }] },
      ['/label/0/files/1'],
    ],
    [
      'a file with both',
      { label: [{ ...label, files: [{ role: 'model', path: 'b' }] }] },
      ['/label/0/files/0'],
    ],
    ['no amount', { label: [{ ...label, margin: {} }] }, ['/label/0/margin']],
    [
      'two amounts that are tolerated',
      { label: [{ ...label, notWorse: [label, { ...label, tolerance: { abs: 1, rel: 1 } }] }] },
      ['/label/0/notWorse/1/tolerance'],
    ],
    ['an empty filter', { label: [{ ...label, filter: ' ' }] }, ['/label/0/filter']],
    ['an age of nothing', { label: [{ ...label, minAge: 'PT0S' }] }, ['/label/0/minAge']],
    [
      'an age of more than a hundred years',
      { label: [{ ...label, minAge: 'P36526D' }] },
      ['/label/0/minAge'],
    ],
    [
      'experiments by what they do not have',
      { promote: [{ ...promote, experiments: 'x = 1' }] },
      ['/promote/0/experiments'],
    ],
    [
      'checkpoints by what they do not have',
      { promote: [{ ...promote, filter: 'x = 1' }] },
      ['/promote/0/filter'],
    ],
    [
      'two promotions with one name',
      { promote: [{ ...promote, name: 'a' }, promote, promote, { ...promote, name: 'a' }] },
      ['/promote/3/name'],
    ],
    [
      'a template with a lone brace',
      { promote: [{ ...promote, version: '{epoch}}' }] },
      ['/promote/0/version'],
    ],
    [
      'a template that gives no name',
      { promote: [{ ...promote, version: 'a/{epoch}' }] },
      ['/promote/0/version'],
    ],
    ['the best of none', keeping({ ...best, best: 0 }), ['/retain/versions/keep/0/best']],
    ['the best of a negative number', keeping({ ...best, best: -1 }), ['/retain/versions/keep/0/best']],
    [
      'the best of more than a million',
      keeping({ ...best, best: 1_000_001 }),
      ['/retain/versions/keep/0/best'],
    ],
    ['every epoch of none', keeping(best, { everyEpoch: 0 }), ['/retain/versions/keep/1/everyEpoch']],
    ['no clause', keeping({ per: 'all' }), ['/retain/versions/keep/0']],
    [
      'what means nothing beside the latest',
      keeping({ ...best, best: undefined, latest: 1, dataset: 'val' }),
      ['metric', 'dataset', 'direction'].map((name) => `/retain/versions/keep/0/${name}`),
    ],
    [
      'a scope of what is young',
      keeping({ youngerThan: 'P1D', per: 'all' }),
      ['/retain/versions/keep/0/per'],
    ],
    ['younger than nothing', keeping({ youngerThan: 'PT0S' }), ['/retain/versions/keep/0/youngerThan']],
    ['younger than a month', keeping({ youngerThan: 'P1M' }), ['/retain/versions/keep/0/youngerThan']],
    ['what meets no filter', keeping({ filter: 'AND' }), ['/retain/versions/keep/0/filter']],
    [
      'a grace that is no duration',
      { retain: { versions: { keep: [best], remove: 'files', grace: 'a week' } } },
      ['/retain/versions/grace'],
    ],
    [
      'all that is wrong, not just the first',
      {
        ...keeping({ latest: 0 }),
        evaluate: [{ dataset: 'a' }, { dataset: 'a' }],
        promote: [{ ...promote, version: 'v' }],
      },
      ['/evaluate/1/dataset', '/promote/0/version', '/retain/versions/keep/0/latest'],
    ],
  ])('%s', (_, document, pointers) => {
    expect(checkPolicy(document, 'model', schemas).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('accepts the retention of checkpoints and staleAfter in a namespace policy', () => {
    const document: PolicyDocument = {
      retain: { checkpoints: { keep: [{ latest: 0 }], remove: 'files', grace: 'P1Y' } },
      staleAfter: 'PT0S',
    };
    expect(checkPolicy(document, 'namespace', schemas).map(({ pointer }) => pointer)).toEqual([
      '/retain/checkpoints/keep/0/latest',
      '/retain/checkpoints/grace',
      '/staleAfter',
    ]);
  });

  it('reports the position in a filter and the accepted values', () => {
    const [fault] = checkPolicy({ label: [{ ...label, filter: 'framework ==' }] }, 'model', schemas);
    expect(fault?.position).toBe(11);
    expect(fault?.expected).not.toEqual([]);
  });

  it('checks each filter against the schema of its objects', () => {
    const of = (name: string): FilterSchema => ({ fields: { [name]: { type: 'text' } } });
    const apart = { version: of('v'), checkpoint: of('c'), experiment: of('e') };
    const document: PolicyDocument = {
      label: [{ ...label, filter: "v = 'x'" }],
      promote: [{ ...promote, experiments: "e = 'x'", filter: "c = 'x'" }],
      retain: {
        versions: { keep: [{ filter: "v = 'x'" }], remove: 'files' },
        checkpoints: { keep: [{ filter: "c = 'x'" }], remove: 'files' },
      },
    };
    expect(checkPolicy(document, 'namespace', apart)).toEqual([]);
  });

  it('lists every dataset that a policy names, with its place', () => {
    const on = { metric: 'acc', dataset: 'd', direction: 'max' } as const;
    const document: PolicyDocument = {
      evaluate: [{ dataset: 'd' }],
      label: [label, { ...label, ...on, notWorse: [label, on] }],
      promote: [{ ...promote, ...on }],
      retain: {
        versions: { keep: [best, { ...best, ...on }], remove: 'files' },
        checkpoints: { keep: [{ ...best, ...on }], remove: 'files' },
      },
    };
    expect(policyDatasets(document).map(({ pointer }) => pointer)).toEqual([
      '/evaluate/0/dataset',
      '/label/1/dataset',
      '/label/1/notWorse/1/dataset',
      '/promote/0/dataset',
      '/retain/versions/keep/1/dataset',
      '/retain/checkpoints/keep/0/dataset',
    ]);
  });

  it('accepts a valid policy', () => {
    const document: PolicyDocument = {
      evaluate: [{ dataset: 'val' }],
      label: [{ ...label, dataset: 'val', filter: "framework = 'pytorch'", minAge: 'P1DT6H' }],
      promote: [{ metric: 'acc', direction: 'max', version: '{experiment}-e{epoch}' }],
      retain: {
        checkpoints: { keep: [{ best: 3, metric: 'acc', direction: 'max' }], remove: 'files', grace: 'PT0S' },
      },
      staleAfter: 'PT2H',
    };
    expect(checkPolicy(document, 'namespace', schemas)).toEqual([]);
    expect(policyDatasets(document)).toEqual([
      { name: 'val', pointer: '/evaluate/0/dataset' },
      { name: 'val', pointer: '/label/0/dataset' },
    ]);
  });
});
