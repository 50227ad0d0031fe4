import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationOf, parseDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['P2W', 14 * 86_400_000],
    ['P1DT6H', 30 * 3_600_000],
    ['PT1.5S', 1500],
    ['PT0S', 0],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, milliseconds });
  });
  it('are what their parts come to, written in any way that has them', () => {
    const part = fc.option(fc.integer({ min: 0, max: 300 }));
    fc.assert(
      fc.property(part, part, part, part, (days, hours, minutes, seconds) => {
        const written = (value: number | null, unit: string) => (value === null ? '' : `${value}${unit}`);
        const time = `${written(hours, 'H')}${written(minutes, 'M')}${written(seconds, 'S')}`;
        const text = `P${written(days, 'D')}${time === '' ? '' : `T${time}`}`;
        const milliseconds =
          1000 * ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0));
        if (text === 'P') expect(parseDuration(text).ok).toBe(false);
        else expect(parseDuration(text)).toEqual({ ok: true, milliseconds });
      }),
    );
  });
  it('are parsed exactly, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (milliseconds) => {
        const rest = String(milliseconds % 1000).padStart(3, '0');
        const text = `P${Math.floor(milliseconds / 86_400_000)}DT${Math.floor(milliseconds / 1000) % 86_400}.${rest}S`;
        expect(parseDuration(text)).toEqual({ ok: true, milliseconds });
        expect(durationOf(text)).toBe(milliseconds);
      }),
    );
  });
  it('are at most a hundred years', () => {
    expect([parseDuration('P36525D').ok, parseDuration('P36525DT1S').ok]).toEqual([true, false]);
    expect(() => durationOf('P36525DT1S')).toThrow(RangeError);
  });
  it('no text breaks', () => {
    const text = fc.array(fc.constantFrom('P', 'T', '1', '0', '.', 'D', 'H', 'M', 'S', 'W', 'Y', '-', ' '));
    fc.assert(
      fc.property(text, (parts) => {
        const parsed = parseDuration(parts.join(''));
        if (parsed.ok) expect(parsed.milliseconds).toBeGreaterThanOrEqual(0);
        else expect(parsed.message).toMatch(/^must/);
      }),
      { numRuns: 1000 },
    );
  });
  it.each(['P', 'PT', 'P1M', 'P1Y', '1D', 'P1.5D', 'P-1D', 'P40000D', 'P1D '])('not %j', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });
});
