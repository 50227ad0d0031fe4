import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './rate-limits.ts';
import { rateWindow } from './rate-window.ts';

describe('a window', () => {
  it('admits the quota in each minute from the first request, and returns the rest', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(40_000), { maxLength: 40 }),
        (quota, steps) => {
          const window = rateWindow(quota);
          let now = 1_000_000;
          let began = Number.NEGATIVE_INFINITY;
          let passed = 0;
          for (const step of steps) {
            now += step;
            if (now >= began + 60_000) [began, passed] = [now, 0];
            passed++;
            expect(window?.take('a', now)).toEqual({
              remaining: Math.max(0, quota - passed),
              resetSeconds: Math.ceil((began + 60_000 - now) / 1000),
              isOver: passed > quota,
            });
            expect(window?.exceeded('a', now) !== undefined).toBe(passed >= quota);
          }
        },
      ),
    ));

  it('counts each key separately, and drops the oldest keys to bound memory', () => {
    const window = rateWindow(1);
    for (let i = 0; i < 100_000; i++) window?.take(`key-${i}`, 0);
    expect(window?.take('key-99999', 0).isOver).toBe(true);
    window?.take('one more', 0);
    expect(window?.exceeded('key-0', 0)).toBeUndefined();
    expect(window?.exceeded('key-99999', 0)).toBeDefined();
  });

  it('restarts if the clock is set back', () => {
    const window = rateWindow(1);
    window?.take('a', 1e12);
    expect(window?.take('a', 0).isOver).toBe(false);
  });

  it('without a quota is undefined', () => expect(rateWindow(0)).toBeUndefined());
});

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1::9', '2001:db8:1:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', (address, network) => expect(networkOf(address)).toBe(network));
});
