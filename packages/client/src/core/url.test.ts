import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelBoxError } from './errors.ts';
import { queryString, url } from './url.ts';

test('every value stays one segment, and no URL parser moves the path', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== '.' && text !== '..');
  fc.assert(
    fc.property(name, name, (model, alias) => {
      const path = url`/v1/models/${model}/aliases/${alias}`;
      expect(new URL(path, 'http://host').pathname).toBe(path);
      expect(path.split('/').map(decodeURIComponent)).toEqual(['', 'v1', 'models', model, 'aliases', alias]);
    }),
  );
});

test('names that would reach another object are rejected', () => {
  for (const name of ['', '.', '..', '\ud800', undefined as unknown as string]) {
    expect(() => url`/v1/models/${name}`).toThrow(ModelBoxError);
  }
});

test('a query holds what is defined', () => {
  expect(queryString()).toBe('');
  expect(queryString({ limit: undefined })).toBe('');
  expect(queryString({ limit: 10, recursive: false, filter: "a & b = '✓'" })).toBe(
    '?limit=10&recursive=false&filter=a+%26+b+%3D+%27%E2%9C%93%27',
  );
});
