import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultInNewName } from './visible.ts';

describe('faultInNewName', () => {
  it.each(['a', 'v1', 'mit Leerzeichen', 'größe', '模型', 'نموذج', '😀', 'val/loss', 'a / b', '{a,b}'])(
    'accepts %j',
    (text) => expect(faultInNewName(text)).toBeUndefined(),
  );

  it.each([
    ['pr\u200bod', 'must not contain U+200B at character 3: it cannot be seen'],
    ['\ufeffprod', 'must not contain U+FEFF at character 1: it cannot be seen'],
    ['😀\u200dx', 'must not contain U+200D at character 2: it cannot be seen'],
    ['❤\ufe0f', 'must not contain U+FE0F at character 2: it cannot be seen'],
    ['a\u00adb', 'must not contain U+00AD at character 2: it cannot be seen'],
    ['a\u3164', 'must not contain U+3164 at character 2: it cannot be seen'],
    ['a\u{e0041}', 'must not contain U+E0041 at character 2: it cannot be seen'],
    ['prod\u202egpj', 'must not contain U+202E at character 5: it changes the direction of text'],
    ['\u2066a\u2069', 'must not contain U+2066 at character 1: it changes the direction of text'],
    ['a\u200e', 'must not contain U+200E at character 2: it changes the direction of text'],
    ['a\u061c', 'must not contain U+061C at character 2: it changes the direction of text'],
    ['a\tb', 'must not contain U+0009 at character 2: a control character'],
    ['a\u0085', 'must not contain U+0085 at character 2: a control character'],
    ['a\u2028b', 'must not contain U+2028 at character 2: white space is the ordinary space U+0020'],
    ['a\u00a0b', 'must not contain U+00A0 at character 2: white space is the ordinary space U+0020'],
    ['a\u3000b', 'must not contain U+3000 at character 2: white space is the ordinary space U+0020'],
    [' a', 'must not begin with a space (U+0020 at character 1)'],
    ['a ', 'must not end with a space (U+0020 at character 2)'],
    [' ', 'must not begin with a space (U+0020 at character 1)'],
  ])('refuses %j: %s', (text, fault) => expect(faultInNewName(text)).toBe(fault));

  it.each([
    ['a/b c/d', undefined],
    ['a/ b', 'must not begin a part between "/" with a space (U+0020 at character 3)'],
    ['😀 /b', 'must not end a part between "/" with a space (U+0020 at character 2)'],
    ['a/b\u200b', 'must not contain U+200B at character 4: it cannot be seen'],
  ])('reads %j as a path: %s', (text, fault) => expect(faultInNewName(text, '/')).toBe(fault));

  it('lets no two texts pass that differ only in what cannot be seen', () => {
    const invisible = fc.constantFrom(
      ...'\u200b\u200c\u200d\u2060\u00ad\ufeff\u202a\u202e\u2067\u180e\u034f\ufe00',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), invisible, fc.nat(), (text, hidden, place) => {
        const index = place % (text.length + 1);
        expect(faultInNewName(text.slice(0, index) + hidden + text.slice(index))).toBeDefined();
      }),
    );
  });
});
