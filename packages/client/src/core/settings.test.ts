import { afterEach, expect, test, vi } from 'vitest';
import { ModelBoxError } from './errors.ts';
import { resolveSettings } from './settings.ts';

afterEach(() => vi.unstubAllEnvs());

test('options come before the environment, and that before the defaults', () => {
  vi.stubEnv('MODELBOX_ADDR', '');
  vi.stubEnv('MODELBOX_TOKEN', '');
  expect(resolveSettings({})).toMatchObject({
    baseUrl: 'http://127.0.0.1:8085',
    timeoutMs: 60_000,
    maxRetries: 3,
  });
  expect(resolveSettings({}).headers).not.toHaveProperty('authorization');

  vi.stubEnv('MODELBOX_ADDR', 'https://models.example.com/box/');
  vi.stubEnv('MODELBOX_TOKEN', 'secret');
  expect(resolveSettings({}).baseUrl).toBe('https://models.example.com/box');
  expect(resolveSettings({}).headers).toMatchObject({ authorization: 'Bearer secret' });

  const own = resolveSettings({ baseUrl: 'localhost:9000', token: 'other', headers: { 'x-team': 'vision' } });
  expect(own.baseUrl).toBe('http://localhost:9000');
  expect(own.headers).toMatchObject({ authorization: 'Bearer other', 'x-team': 'vision' });
});

test('invalid options are rejected at once', () => {
  for (const baseUrl of [
    '',
    'ftp://host',
    'http://',
    'http://user:pass@host',
    'http://host/?a=1',
    'http://a b',
  ]) {
    expect(() => resolveSettings({ baseUrl }), baseUrl).toThrow(ModelBoxError);
  }
  expect(() => resolveSettings({ timeoutMs: -1 })).toThrow('timeoutMs');
  expect(() => resolveSettings({ maxRetries: 1.5 })).toThrow('maxRetries');
});
