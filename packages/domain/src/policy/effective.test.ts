import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from './document.ts';
import { effectivePolicy, type StandingPolicy } from './effective.ts';

const label = { name: 'best', alias: 'prod', metric: 'acc', direction: 'max' } as const;
const promote = { metric: 'acc', direction: 'max', version: '{epoch}' } as const;

describe('effectivePolicy', () => {
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

  it('inherits section by section, with dataset names relative to the model', () => {
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

  it('takes each section from the nearest owner that has it, and names that owner in `sources`', () => {
    const SECTIONS = ['evaluate', 'label', 'promote', 'staleAfter', 'versions', 'checkpoints'] as const;
    const rule = (name: string) => ({ keep: [{ filter: name }], remove: 'files' }) as const;
    /** A document with some sections, each of which contains the name of its owner. */
    const written = (name: string, has: ReadonlySet<string>): PolicyDocument => ({
      ...(has.has('evaluate') && { evaluate: [{ dataset: `x/${name}` }] }),
      ...(has.has('label') && { label: [{ ...label, name }] }),
      ...(has.has('promote') && { promote: [{ ...promote, name }] }),
      ...(has.has('staleAfter') && { staleAfter: name }),
      ...((has.has('versions') || has.has('checkpoints')) && {
        retain: {
          ...(has.has('versions') && { versions: rule(name) }),
          ...(has.has('checkpoints') && { checkpoints: rule(name) }),
        },
      }),
    });
    const owners = fc.array(fc.subarray([...SECTIONS]), { maxLength: 5 });
    fc.assert(
      fc.property(owners, (list) => {
        const nearestFirst = list.map((has, index) =>
          standing('namespace', `n${index}`, `n${index}`, written(`n${index}`, new Set(has))),
        );
        const { document, sources } = effectivePolicy(nearestFirst, 'n0');
        const nearest = (section: string) => {
          const index = list.findIndex((has) => (has as string[]).includes(section));
          return index < 0 ? undefined : `n${index}`;
        };
        const found = {
          evaluate: document.evaluate?.[0]?.dataset.slice(2),
          label: document.label?.[0]?.name,
          promote: document.promote?.[0]?.name,
          staleAfter: document.staleAfter,
          versions: document.retain?.versions?.keep[0]?.filter,
          checkpoints: document.retain?.checkpoints?.keep[0]?.filter,
        };
        const told = {
          evaluate: sources.evaluate?.name,
          label: sources.label?.name,
          promote: sources.promote?.name,
          staleAfter: sources.staleAfter?.name,
          versions: sources.retainVersions?.name,
          checkpoints: sources.retainCheckpoints?.name,
        };
        const wanted = Object.fromEntries(SECTIONS.map((section) => [section, nearest(section)]));
        expect(found).toEqual(wanted);
        expect(told).toEqual(wanted);
      }),
    );
  });

  it('qualifies bare dataset names of inherited sections, and leaves qualified names unchanged', () => {
    const on = (dataset: string) => ({ metric: 'acc', dataset, direction: 'max' }) as const;
    const keep = (dataset: string) => ({ keep: [{ best: 1, ...on(dataset) }], remove: 'files' }) as const;
    const above = (name: string): PolicyDocument => ({
      evaluate: [{ dataset: name }],
      label: [{ ...label, ...on(name), notWorse: [on(name)] }],
      promote: [{ ...promote, ...on(name) }],
      retain: { versions: keep(name), checkpoints: keep(name) },
    });
    const seen = (name: string, from: string) =>
      effectivePolicy([standing('namespace', 'ai', 'ai', above(name))], from).document;
    expect(seen('val', 'ai/vision')).toEqual(above('ai/val'));
    expect(seen('other/val', 'ai/vision')).toEqual(above('other/val'));
    expect(seen('val', 'ai')).toEqual(above('val'));
  });
});
