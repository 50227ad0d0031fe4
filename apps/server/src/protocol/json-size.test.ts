import {
  FILES_MAX,
  JSON_LONG_TEXT,
  JSON_MAX_LONG_TEXTS,
  JSON_MAX_MEMBERS,
  JSON_MAX_VALUES,
  METADATA_MAX_BYTES,
  POINTS_MAX,
} from '@modelbox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRaw } from '../../testing/raw.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';
import { parseJson } from '../http/json.ts';
import { sizeCheck } from './json-size.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const post = (text: string) => server.api('POST', '/v1/models', text, { 'content-type': 'application/json' });
const model = (rest: string) => `{"namespace":"ai","name":"bomb",${rest}}`;
const many = (count: number, item: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join();
/** The members of an object that has one member more than allowed. */
const tooMany = many(JSON_MAX_MEMBERS + 1, (i) => `"k${i}":1`);

describe('422: a JSON bomb', () => {
  it.each([
    ['an array of millions', model(`"metadata":{"a":[${many(2_000_000, () => '1')}]}`)],
    ['items of the wrong type', model(`"tags":[${many(2_000_000, () => '7')}]`)],
    ['a million members', model(`"metadata":{${many(1_000_000, (i) => `"k${i}":1`)}}`)],
    ['a million unknown fields', model(many(1_000_000, (i) => `"k${i}":1`))],
    ['the same field a million times', model(many(1_000_000, () => '"owner":"x"'))],
    ['integers that no double holds', model(`"metadata":{"a":[${many(900_000, () => '9007199254740993')}]}`)],
    ['millions of objects within each other', model(`"metadata":${'{"a":'.repeat(2e6)}1${'}'.repeat(2e6)}`)],
    ['brackets without end', '['.repeat(16_000_000)],
  ])('%s: refused by its number of values, before it is parsed', async (_, text) => {
    const answer = await post(text);
    expect(answer.body).toMatchObject({
      status: 422,
      errors: [
        {
          in: 'body',
          pointer: '',
          message: `must not have more than ${JSON_MAX_VALUES} values in total`,
        },
      ],
    });
  });

  it('an object with more members than any may have', async () => {
    const answer = await post(model(`"metadata":{"x":{${many(JSON_MAX_MEMBERS + 1, (i) => `"k${i}":1`)}}}`));
    expect(answer.body.errors).toEqual([
      { in: 'body', pointer: '/metadata/x', message: `must not have more than ${JSON_MAX_MEMBERS} members` },
    ]);
  });

  it.each([
    [
      'the first of several',
      `"metadata":{"x":[0,{"a":1},{"é/~\\n":{${tooMany}}}],"y":{${tooMany}}}`,
      '/metadata/x/2/é~1~0\n',
    ],
    [
      'with text that looks like JSON',
      `"metadata":{"a":",[{\\"","b":{${many(JSON_MAX_MEMBERS + 1, (i) => `"\\"{[,${i}":"}]"`)}}}`,
      '/metadata/b',
    ],
    ['of the same name', `"metadata":{${many(JSON_MAX_MEMBERS + 1, () => '"same":"x"')}}`, '/metadata'],
  ])('an object with too many members is named: %s', async (_, rest, pointer) => {
    const answer = await post(model(rest));
    expect(answer.body.errors).toEqual([
      { in: 'body', pointer, message: `must not have more than ${JSON_MAX_MEMBERS} members` },
    ]);
  });

  it('thousands of invalid fields: the answer lists a hundred and the number of the others', async () => {
    const answer = await post(model(many(16_000, (i) => `"k${i}":1`)));
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.body.detail).toMatch(/; and 15997 more$/);
  });
});

describe('422: longer text than any route takes', () => {
  it.each([
    ['a text', model(`"metadata":{"a":["x","${'y'.repeat(JSON_MAX_LONG_TEXTS)}"]}`), '/metadata/a/1'],
    [
      'a text of escapes',
      model(`"metadata":{"a":"${'\\u0041'.repeat(JSON_MAX_LONG_TEXTS / 6 + 1)}"}`),
      '/metadata/a',
    ],
    ['a number', model(`"metadata":{"a":${'9'.repeat(JSON_MAX_LONG_TEXTS + 1)}}`), '/metadata/a'],
    ['a key', model(`"metadata":{"${'k'.repeat(JSON_MAX_LONG_TEXTS)}":1}`), '/metadata'],
    [
      'several texts together',
      model(`"metadata":{${many(20, (i) => `"k${i}":"${'z'.repeat(JSON_LONG_TEXT)}"`)}}`),
      '/metadata/k15',
    ],
  ])('%s: names the first that is too long', async (_, text, pointer) => {
    const answer = await post(text);
    expect(answer.body).toMatchObject({ status: 422, errors: [{ in: 'body', pointer }] });
    expect(answer.body.errors[0].message).toMatch(/more than 524288 bytes in total/);
  });

  it('refuses the body before the rest of it arrives', async () => {
    const connection = await connectRaw(server.url);
    connection.send(
      'POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Content-Length: 15000000\r\n\r\n${model(`"description":"${'x'.repeat(JSON_MAX_LONG_TEXTS + 1)}`)}`,
    );
    const [, status] = await connection.until(/^HTTP\/1.1 (\d+) /);
    connection.socket.destroy();
    expect(status).toBe('422');
  });

  it('201: metadata of the largest size, with every character escaped', async () => {
    const text = '\\u0041'.repeat(METADATA_MAX_BYTES - 8);
    const answer = await post(`{"namespace":"ai","name":"escaped","metadata":{"a":"${text}"}}`);
    expect(answer.status).toBe(201);
  });

  it('the pieces in which a body arrives change nothing', () => {
    const outcome = (text: string, piece: number): string => {
      const check = sizeCheck();
      const bytes = Buffer.from(text);
      try {
        for (let at = 0; at < bytes.length; at += piece) check.push(bytes.subarray(at, at + piece));
        check.finish();
        return 'fits';
      } catch (error) {
        return JSON.stringify(error);
      }
    };
    const pad = `"pad":[${many(41_000, () => '0')}]`;
    const bodies = [
      model(`${pad},"a":"\\\\","b":{"\\"[":"${'x'.repeat(JSON_MAX_LONG_TEXTS)}"}`),
      model(`${pad},"a\\\\":{${many(JSON_MAX_MEMBERS + 1, (i) => `"\\"{[,${i}":"}]\\\\"`)}}`),
      model(`${pad},"a":[${'{"é":'.repeat(80)}1${'}'.repeat(80)}]`),
      model(`${pad},"a":"\\\\\\"","b":[${many(1000, () => '"\\\\"')}]`),
    ];
    for (const text of bodies) {
      const whole = outcome(text, text.length * 2);
      for (const piece of [1, 2, 3, 7, 64, 65_536]) expect(outcome(text, piece)).toBe(whole);
    }
    expect(bodies.map((text) => outcome(text, 1000) === 'fits')).toEqual([false, false, false, true]);
  });
});

describe('no JSON bomb is', () => {
  it('text with any content', () => {
    const value = { text: ',[{"\\'.repeat(JSON_MAX_VALUES) };
    expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(value);
  });

  it('the largest body that a route takes', () => {
    const dataset = { name: 'ai/val', digest: 'sha256:1' };
    const file = { path: 'a', role: 'weights', uri: 's3://b/c', sha256: 'a'.repeat(64), sizeBytes: 1 };
    const point = { key: 'loss', value: 0.5, step: 1, time: '2026-01-31T12:00:00Z', dataset };
    const value = {
      files: Array.from({ length: FILES_MAX }, () => file),
      metrics: Array.from({ length: POINTS_MAX }, () => point),
      metadata: { a: Array.from({ length: METADATA_MAX_BYTES / 2 }, () => 1) },
    };
    expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(value);
  });

  it('a long array of objects with few members each', () => {
    const value = { a: Array.from({ length: JSON_MAX_MEMBERS + 1 }, (_, i) => ({ b: i, c: [i, {}] })) };
    expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(value);
  });

  it('the widest metadata', () => {
    const metadata = Object.fromEntries(
      Array.from({ length: JSON_MAX_MEMBERS }, (_, i) => [i.toString(36), 1]),
    );
    expect(JSON.stringify(metadata).length).toBeGreaterThan(METADATA_MAX_BYTES);
    expect(parseJson(Buffer.from(JSON.stringify(metadata)))).toEqual(metadata);
  });
});
