import type { Permission } from '@modelbox/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Actor,
  decideAccess,
  type Grants,
  localActor,
  namespacesWith,
  narrowGrants,
  pathsAbove,
} from './access.ts';

const EVERY = ['model.read', 'model.write', 'model.delete'] as const satisfies Permission[];

interface Grant {
  readonly namespace: string;
  readonly permissions: ReadonlySet<Permission>;
}

/** Several grants on one namespace hold together. */
const asMap = (grants: readonly Grant[]): Grants => {
  const map = new Map<string, Set<Permission>>();
  for (const { namespace, permissions } of grants)
    map.set(namespace, new Set([...(map.get(namespace) ?? []), ...permissions]));
  return map;
};

const actor = (...grants: [namespace: string, ...permissions: Permission[]][]): Actor => ({
  name: 'ann',
  grants: asMap(
    grants.map(([namespace, ...permissions]) => ({ namespace, permissions: new Set(permissions) })),
  ),
});

it.each([
  ['a', ['a']],
  ['a/b/c', ['a/b/c', 'a/b', 'a']],
])('pathsAbove of %j are %j', (namespace, paths) => {
  expect(pathsAbove(namespace)).toEqual(paths);
});

describe('decideAccess', () => {
  it('allows the local user everything everywhere', () =>
    fc.assert(
      fc.property(fc.string() as fc.Arbitrary<Permission>, fc.string(), (permission, namespace) => {
        expect(decideAccess(localActor, permission, namespace)).toBe('allowed');
      }),
    ));

  it.each([
    ['ai', 'allowed'],
    ['ai/vision', 'allowed'],
    ['ai/vision/deep', 'allowed'],
    ['a', 'hidden'],
    ['aix', 'hidden'],
    ['air/vision', 'hidden'],
    ['other/ai', 'hidden'],
    ['AI', 'hidden'],
    ['', 'hidden'],
  ])('a grant on ai makes %j %s', (namespace, decision) =>
    expect(decideAccess(actor(['ai', 'model.read']), 'model.read', namespace)).toBe(decision),
  );

  it('a grant on a namespace does not apply above it', () =>
    expect(decideAccess(actor(['ai/vision', 'model.read']), 'model.read', 'ai')).toBe('hidden'));

  it('denies a permission that is not granted on a visible namespace', () => {
    const ann = actor(['ai', 'model.read'], ['ai/vision', 'model.write']);
    expect(decideAccess(ann, 'model.write', 'ai')).toBe('denied');
    expect(decideAccess(ann, 'model.write', 'ai/vision')).toBe('allowed');
    expect(decideAccess(ann, 'model.read', 'ai/vision')).toBe('allowed');
    expect(decideAccess(ann, 'model.delete', 'ai/vision')).toBe('denied');
  });

  it('hides everything from a caller without grants', () => {
    expect(decideAccess(actor(), 'model.read', 'ai')).toBe('hidden');
    expect(decideAccess(actor(['ai']), 'model.read', 'ai')).toBe('hidden');
  });

  const segment = fc.constantFrom('a', 'b', 'ab');
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
  const permission = fc.constantFrom(...EVERY);
  const grant: fc.Arbitrary<Grant> = fc.record({
    namespace: path,
    permissions: fc.uniqueArray(permission).map((permissions) => new Set(permissions)),
  });
  const rank = { hidden: 0, denied: 1, allowed: 2 };

  it('never allows less with one more grant, or further down', () =>
    fc.assert(
      fc.property(fc.array(grant), grant, permission, path, segment, (grants, more, wanted, at, below) => {
        const decide = (given: Grant[], namespace: string) =>
          rank[decideAccess({ name: 'ann', grants: asMap(given) }, wanted, namespace)];
        expect(decide([...grants, more], at)).toBeGreaterThanOrEqual(decide(grants, at));
        expect(decide(grants, `${at}/${below}`)).toBeGreaterThanOrEqual(decide(grants, at));
      }),
    ));

  it('allows exactly the permissions of the grants at or above the namespace', () =>
    fc.assert(
      fc.property(fc.array(grant), permission, path, (grants, wanted, at) => {
        const segments = at.split('/');
        const above = segments.map((_, i) => segments.slice(0, i + 1).join('/'));
        const allowed = grants.some((g) => above.includes(g.namespace) && g.permissions.has(wanted));
        expect(decideAccess({ name: 'ann', grants: asMap(grants) }, wanted, at) === 'allowed').toBe(allowed);
      }),
    ));

  it('finds the namespaces on which a permission is granted', () => {
    expect(
      namespacesWith(
        asMap([
          { namespace: 'ai', permissions: new Set(['model.read']) },
          { namespace: 'ops', permissions: new Set(['model.write']) },
        ]),
        'model.read',
      ),
    ).toEqual(['ai']);
    expect(
      namespacesWith(asMap([{ namespace: '', permissions: new Set(['model.read']) }]), 'model.read'),
    ).toBe('all');
  });

  it('narrows to what both the owner and the token allow', () =>
    fc.assert(
      fc.property(
        fc.array(grant),
        fc.option(fc.array(path, { maxLength: 3 })),
        fc.option(fc.uniqueArray(permission)),
        permission,
        path,
        (grants, namespaces, permissions, wanted, at) => {
          const whole = asMap(grants);
          const isWithin =
            namespaces === null || namespaces.some((root) => at === root || at.startsWith(`${root}/`));
          const isNamed = permissions === null || permissions.includes(wanted);
          const isHeld = decideAccess({ name: 'ann', grants: whole }, wanted, at) === 'allowed';
          const narrowed = narrowGrants(whole, { every: EVERY, namespaces, permissions });
          const decision = decideAccess({ name: 'ann', grants: narrowed }, wanted, at);
          expect(decision === 'allowed').toBe(isWithin && isNamed && isHeld);
          const all = narrowGrants('all', { every: EVERY, namespaces, permissions });
          expect(decideAccess({ name: 'root', grants: all }, wanted, at) === 'allowed').toBe(
            isWithin && isNamed,
          );
        },
      ),
    ));
});
