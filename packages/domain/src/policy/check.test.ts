import { describe, expect, it } from 'vitest';
import type { FilterSchema } from '../filter/index.ts';
import { checkPolicy, policyDatasets } from './check.ts';
import type { PolicyDocument } from './document.ts';
import { parseDuration } from './duration.ts';
import { effectivePolicy, type StandingPolicy } from './effective.ts';
import { renderTemplate, templateFault } from './template.ts';

const schema: FilterSchema = {
  fields: { framework: { type: 'text' } },
  tags: true,
  metadata: true,
  metric: true,
};
const schemas = { version: schema, checkpoint: schema, experiment: schema };
const label = { name: 'best', alias: 'prod', metric: 'acc', direction: 'max' } as const;

describe('a policy that means nothing is refused where it does', () => {
  it.each<[string, PolicyDocument, string[]]>([
    ['a filter that does not parse', { label: [{ ...label, filter: 'framework ==' }] }, ['/label/0/filter']],
    [
      'a filter over what is not there',
      { label: [{ ...label, filter: 'framwork = 1' }] },
      ['/label/0/filter'],
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
    ['an empty range', { retain: { versions: { keep: [], remove: 'object' } } }, ['/retain/versions/keep']],
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
      'what stands on namespaces only',
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
  ])('%s', (_, document, pointers) => {
    expect(checkPolicy(document, 'model', schemas).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('and one that means something is not', () => {
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

describe('durations', () => {
  it.each([
    ['P2W', 14 * 86_400_000],
    ['P1DT6H', 30 * 3_600_000],
    ['PT1.5S', 1500],
    ['PT0S', 0],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, milliseconds });
  });
  it.each(['P', 'PT', 'P1M', 'P1Y', '1D', 'P1.5D', 'P-1D', 'P40000D', 'P1D '])('not %j', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });
});

describe('templates', () => {
  it('put the values in their places', () => {
    const values = { experiment: 'run-7', epoch: 3, step: null, model: 'yolo' };
    expect(renderTemplate('{model}-{experiment}-e{epoch}-s{step}', values)).toBe('yolo-run-7-e3-s0');
  });
  it.each(['{epoch', 'epoch}', '{}', '{toString}', 'v1'])('%j is none', (template) => {
    expect(templateFault(template)).not.toBe(null);
  });
});

describe('the nearest section counts', () => {
  const standing = (
    kind: 'model' | 'namespace',
    name: string,
    namespace: string,
    document: PolicyDocument,
  ): StandingPolicy => ({
    owner: { kind, id: name, name, edit: 1 },
    namespace,
    document,
  });

  it('section by section, with its datasets named as seen from here', () => {
    const { document, sources } = effectivePolicy(
      [
        standing('model', 'ai/vision/yolo', 'ai/vision', {
          label: [],
          retain: { versions: { keep: [{ latest: 1 }], remove: 'object' } },
        }),
        standing('namespace', 'ai/vision', 'ai/vision', { evaluate: [{ dataset: 'val' }], label: [label] }),
        standing('namespace', 'ai', 'ai', {
          evaluate: [{ dataset: 'never' }],
          promote: [{ metric: 'acc', dataset: 'val', direction: 'max', version: '{epoch}' }],
          staleAfter: 'P1D',
        }),
      ],
      'ai/vision',
    );
    expect(document).toEqual({
      label: [],
      retain: { versions: { keep: [{ latest: 1 }], remove: 'object' } },
      evaluate: [{ dataset: 'val' }],
      promote: [{ metric: 'acc', dataset: 'ai/val', direction: 'max', version: '{epoch}' }],
      staleAfter: 'P1D',
    });
    expect(sources).toMatchObject({
      label: { name: 'ai/vision/yolo' },
      evaluate: { name: 'ai/vision' },
      promote: { name: 'ai' },
      staleAfter: { name: 'ai' },
    });
  });
});
