import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergePatch } from './merge-patch.ts';

/** The table of examples in RFC 7396, appendix A: target, patch, result. */
const EXAMPLES: [unknown, unknown, unknown][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

const json = fc.jsonValue({ maxDepth: 4 });
const object = fc.dictionary(fc.string({ maxLength: 3 }), json, { maxKeys: 5 });

/** Whether an object, at any depth outside arrays, has a member that is null. */
function hasNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).some((member) => member === null || hasNull(member));
}

describe('mergePatch', () => {
  it.each(EXAMPLES)('%j with %j gives %j', (target, patch, result) =>
    expect(mergePatch(target, patch)).toEqual(result),
  );

  it('changes nothing when it is applied again', () =>
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    ));

  it('changes neither target nor patch', () =>
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = structuredClone([target, patch]);
        mergePatch(target, patch);
        expect([target, patch]).toEqual(before);
      }),
    ));

  it('an empty patch changes nothing', () =>
    fc.assert(
      fc.property(object, (target) => {
        expect(mergePatch(target, {})).toEqual(target);
      }),
    ));

  it('patches each named member, and keeps the others', () =>
    fc.assert(
      fc.property(object, object, (target, patch) => {
        const result = new Map(Object.entries(mergePatch(target, patch) as object));
        for (const key of new Set([...Object.keys(target), ...Object.keys(patch)])) {
          const was = new Map(Object.entries(target)).get(key);
          if (!Object.hasOwn(patch, key)) expect(result.get(key)).toEqual(was);
          else if (patch[key] === null) expect(result.has(key)).toBe(false);
          else expect(result.get(key)).toEqual(mergePatch(was, patch[key]));
        }
      }),
    ));

  it('adds no null to a target without null', () =>
    fc.assert(
      fc.property(object, object, (target, patch) => {
        if (!hasNull(target)) expect(hasNull(mergePatch(target, patch))).toBe(false);
      }),
    ));

  it('can make any object without nulls of any other', () =>
    fc.assert(
      fc.property(object, object, (from, to) => {
        fc.pre(!hasNull(to));
        const cleared = mergePatch(from, Object.fromEntries(Object.keys(from).map((key) => [key, null])));
        expect(mergePatch(cleared, to)).toEqual(to);
      }),
    ));

  it('keeps a member called __proto__ a member', () => {
    const patch = JSON.parse('{"__proto__": {"polluted": true}}');
    const result = mergePatch({}, patch) as object;
    expect(Object.keys(result)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('keeps the order of the existing members', () =>
    expect(Object.keys(mergePatch({ z: 1, a: 2 }, { a: 3, m: 4, z: 5 }) as object)).toEqual(['z', 'a', 'm']));
});
