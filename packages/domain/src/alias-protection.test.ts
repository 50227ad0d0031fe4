import type { Permission } from '@modelbox/schema';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Actor, localActor } from './access.ts';
import { type AliasMover, type AliasProtection, allowsMove } from './alias-protection.ts';

const movers = ['caller', 'rule', 'other', 'proposal'] as const;
const moverOf = (mover: (typeof movers)[number]): AliasMover =>
  mover === 'rule' || mover === 'other' ? { rule: mover } : mover;
const names = ['user:a', 'user:b', 'group:x', 'group:y'];
const permissions: Permission[] = ['model.read', 'alias.move', 'alias.protect'];
const actor = fc.record({
  name: fc.constantFrom(...names.slice(0, 2)),
  groups: fc.subarray(names.slice(2)),
  held: fc.dictionary(fc.constantFrom('ai', 'ai/vision', 'ops'), fc.subarray(permissions)),
});
const protection: fc.Arbitrary<AliasProtection> = fc.oneof(
  fc.record({ by: fc.constant('role' as const), permissions: fc.subarray(permissions) }),
  fc.record({ by: fc.constant('principals' as const), principals: fc.subarray(names, { minLength: 1 }) }),
  fc.constant({ by: 'rule' as const, allowed: ['rule'] }),
  fc.constant({ by: 'proposal' as const }),
);

it('decides like the table in the documentation', () =>
  fc.assert(
    fc.property(actor, protection, fc.constantFrom(...movers), ({ name, groups, held }, p, mover) => {
      const who: Actor = {
        name,
        groups,
        grants: new Map(Object.entries(held).map(([path, each]) => [path, new Set(each)])),
      };
      const here = new Set([...(held['ai'] ?? []), ...(held['ai/vision'] ?? [])]);
      const table: Record<AliasProtection['by'], Record<(typeof movers)[number], boolean>> = {
        rule: { caller: false, rule: true, other: false, proposal: false },
        proposal: { caller: false, rule: false, other: false, proposal: true },
        role: {
          caller: p.by === 'role' && p.permissions.every((each) => here.has(each)),
          rule: false,
          other: false,
          proposal: p.by === 'role' && p.permissions.every((each) => here.has(each)),
        },
        principals: {
          caller: p.by === 'principals' && [name, ...groups].some((each) => p.principals.includes(each)),
          rule: false,
          other: false,
          proposal: p.by === 'principals' && [name, ...groups].some((each) => p.principals.includes(each)),
        },
      };
      expect(allowsMove(p, who, moverOf(mover), 'ai/vision')).toBe(table[p.by][mover]);
    }),
  ));

it('lets administrators pass a role or principals, but not replace a rule or a proposal', () => {
  const allowed = (p: AliasProtection) =>
    movers.filter((mover) => allowsMove(p, localActor, moverOf(mover), 'ai'));
  expect(allowed({ by: 'role', permissions: ['alias.protect'] })).toEqual(['caller', 'proposal']);
  expect(allowed({ by: 'principals', principals: ['user:a'] })).toEqual(['caller', 'proposal']);
  expect(allowed({ by: 'rule', allowed: ['rule'] })).toEqual(['rule']);
  expect(allowed({ by: 'proposal' })).toEqual(['proposal']);
});
