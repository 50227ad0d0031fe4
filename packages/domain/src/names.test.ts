import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatReference,
  isUuid,
  parseName,
  parseNamespace,
  parseQualifiedName,
  parseReference,
} from './names.ts';

const uuid = '0192e4a1-7b3c-7def-8123-456789abcdef';
const anyText = fc.string({ unit: 'binary', maxLength: 200 });
/** Text near the rules: their special characters, cheap to combine. */
const nearText = fc.string({
  unit: fc.constantFrom(...Array.from('ab/@:\\. é\u0301\u0000-1'), '\u{1f600}', '\ud800'),
  maxLength: 12,
});
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((text) => parseName(text))
  .filter((parsed) => parsed.ok)
  .map((parsed) => parsed.name);
const namespace = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));

describe('parseName', () => {
  it.each([
    'a',
    'v1',
    '2.3.0-rc1',
    'mit Leerzeichen',
    '.hidden',
    '...',
    'größe',
    '模型',
    '😀'.repeat(128),
    'a'.repeat(128),
  ])('accepts %j', (text) => expect(parseName(text)).toEqual({ ok: true, name: text }));

  it('normalizes a name to NFC', () => {
    expect(parseName('cafe\u0301')).toEqual({ ok: true, name: 'caf\u00e9' });
    expect(parseName('e\u0301'.repeat(128))).toEqual({ ok: true, name: '\u00e9'.repeat(128) });
  });

  it.each([
    ['', 'must not be empty'],
    ['a'.repeat(129), 'must be at most 128 characters long'],
    ['a/b', 'must not contain "/"'],
    ['a@b', 'must not contain "@"'],
    ['a:b', 'must not contain ":"'],
    ['a\\b', 'must not contain "\\"'],
    ['.', 'must not be "." or ".."'],
    ['..', 'must not be "." or ".."'],
    ['a\0', 'must not contain control characters'],
    ['a\n', 'must not contain control characters'],
    ['a\u0085b', 'must not contain control characters'],
    ['a\ud800', 'must be well-formed Unicode, without lone surrogates'],
    [uuid, 'must not have the form of a UUID'],
    [uuid.toUpperCase(), 'must not have the form of a UUID'],
  ])('refuses %j: %s', (text, message) => {
    expect(parseName(text)).toEqual({ ok: false, message });
  });

  it('gives back what it gave', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearText), (text) => {
        const parsed = parseName(text);
        if (!parsed.ok) return;
        expect(parseName(parsed.name)).toEqual(parsed);
        expect(parsed.name).not.toMatch(/[/@:\\\p{Cc}]/u);
        expect(isUuid(parsed.name)).toBe(false);
      }),
    );
  });
});

describe('isUuid', () => {
  it('accepts the text form of any version, and nothing else', () => {
    expect(isUuid(uuid)).toBe(true);
    expect(isUuid('00000000-0000-0000-0000-000000000000')).toBe(true);
    for (const text of ['', uuid.slice(1), `${uuid}0`, `{${uuid}}`, uuid.replaceAll('-', ''), `${uuid}\n`]) {
      expect(isUuid(text)).toBe(false);
    }
  });
});

describe('parseNamespace', () => {
  it.each([
    ['ai', 'ai'],
    ['ai/vision', 'ai/vision'],
    ['ai/vision/', 'ai/vision'],
    ['cafe\u0301/', 'caf\u00e9'],
  ])('reads %j as %j', (text, expected) => {
    expect(parseNamespace(text)).toEqual({ ok: true, namespace: expected });
  });

  it('accepts up to 512 characters, without the slash at the end', () => {
    const segments = Array.from({ length: 4 }, () => 'a'.repeat(127));
    const longest = `${segments.join('/')}a`;
    expect(parseNamespace(`${longest}/`)).toEqual({ ok: true, namespace: longest });
    expect(parseNamespace(`${segments.join('/')}/a`)).toEqual({
      ok: false,
      message: 'must be at most 512 characters long',
    });
  });

  it.each([
    ['', 'must name at least one segment'],
    ['/', 'must name at least one segment'],
    ['/ai', 'must not have an empty segment'],
    ['ai//vision', 'must not have an empty segment'],
    ['ai//', 'must not have an empty segment'],
    ['ai/../x', 'must be a path of names, each of which must not be "." or ".."'],
    [`ai/${uuid}`, 'must be a path of names, each of which must not have the form of a UUID'],
    ['ai/a@b', 'must be a path of names, each of which must not contain "@"'],
  ])('refuses %j: %s', (text, message) => {
    expect(parseNamespace(text)).toEqual({ ok: false, message });
  });

  it('accepts exactly what is made of names', () => {
    fc.assert(
      fc.property(nearText, (text) => {
        const segments = text.replace(/\/$/, '').split('/');
        expect(parseNamespace(text).ok).toBe(segments.every((segment) => parseName(segment).ok));
      }),
    );
  });
});

describe('parseQualifiedName', () => {
  it.each(['yolo', '', '/yolo', 'ai/', 'ai//yolo', '/ai/yolo', 'ai/yolo@prod', `ai/${uuid}`])(
    'refuses %j',
    (text) => {
      expect(parseQualifiedName(text).ok).toBe(false);
    },
  );

  it('splits a path at its last slash', () => {
    expect(parseQualifiedName('ai/vision/yolo')).toEqual({ ok: true, namespace: 'ai/vision', name: 'yolo' });
    fc.assert(
      fc.property(namespace, name, (ns, last) => {
        const written = `${ns}/${last}`;
        expect(parseQualifiedName(written)).toEqual({ ok: true, namespace: ns, name: last });
      }),
    );
  });
});

describe('parseReference', () => {
  const of = { namespace: 'ai/vision', model: 'yolo' };
  it.each([
    ['ai/vision/yolo@prod', { ...of, alias: 'prod' }],
    ['ai/vision/yolo:v1', { ...of, version: 'v1' }],
    ['ai/vision/yolo:2.3.0-rc1', { ...of, version: '2.3.0-rc1' }],
  ])('reads %j', (text, reference) => {
    expect(parseReference(text)).toEqual({ ok: true, reference });
  });

  it.each([
    ['ai/vision/yolo', 'must be a reference, like "ai/vision/yolo@prod" or "ai/vision/yolo:v1"'],
    ['yolo@prod', 'must be a namespace and a name, like "ai/vision/yolo"'],
    ['ai/yolo@', 'must name an alias, which must not be empty'],
    ['ai/yolo:', 'must name a version, which must not be empty'],
    ['ai/yolo@a@b', 'must name an alias, which must not contain "@"'],
    ['ai/yolo:v1@prod', 'must name a version, which must not contain "@"'],
    ['ai/yolo:v1/x', 'must name a version, which must not contain "/"'],
    ['ai/@prod', 'must end with a name, which must not be empty'],
    ['ai//yolo@prod', 'must not have an empty segment'],
    ['@prod', 'must be a namespace and a name, like "ai/vision/yolo"'],
  ])('refuses %j: %s', (text, message) => {
    expect(parseReference(text)).toEqual({ ok: false, message });
  });

  it('reads what formatReference writes', () => {
    fc.assert(
      fc.property(namespace, name, name, fc.boolean(), (ns, model, last, byAlias) => {
        const chosen = byAlias ? { alias: last } : { version: last };
        const reference = { namespace: ns, model, ...chosen };
        expect(parseReference(formatReference(reference))).toEqual({ ok: true, reference });
      }),
    );
  });

  it('never throws, and writes canonically what it read', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearText), (text) => {
        const parsed = parseReference(text);
        if (parsed.ok) expect(formatReference(parsed.reference)).toBe(text.normalize('NFC'));
        else expect(parsed.message).toMatch(/^must /);
      }),
    );
  });
});
