import fc from 'fast-check';
import { NASTY_TEXTS } from './values.ts';

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e300, '', [], {}, [
    [],
  ]),
  fc.constantFrom(...NASTY_TEXTS),
  fc.constantFrom('x'.repeat(129), 'é'.repeat(513), '😀'.repeat(300), 'y'.repeat(20_000)),
  fc.nat({ max: 80 }).map((depth) => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`)),
  fc.jsonValue({ maxDepth: 3 }),
);

type Path = (string | number)[];

function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) =>
      places(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** Returns a copy in which `change` replaced the value at a path; undefined removes it. */
function changed(value: unknown, [step, ...rest]: Path, change: (old: unknown) => unknown): unknown {
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    const copy = [...value];
    copy[step as number] = changed(copy[step as number], rest, change) ?? null;
    return copy;
  }
  const old = value as Record<string, unknown>;
  const replaced = changed(old[step], rest, change);
  const others = Object.entries(old).filter(([key]) => key !== step);
  return Object.fromEntries(replaced === undefined ? others : [...others, [String(step), replaced]]);
}

const misspelt = fc.constantFrom('naem', 'metdata', 'id', 'createdAt', '', '__proto_', 'toString', 'a/b~c');

/** Returns a copy of the value with one change, which may make it invalid. */
export const mutated = (value: unknown): fc.Arbitrary<unknown> => {
  const all = places(value);
  return fc
    .tuple(
      fc.nat({ max: Math.max(0, all.length - 1) }),
      odd,
      misspelt,
      fc.constantFrom('replace', 'remove', 'add', 'list'),
    )
    .map(([index, strange, key, act]) =>
      changed(value, all[index] ?? [], (old) => {
        if (act === 'remove') return undefined;
        if (act === 'list') return [old];
        if (act === 'add' && typeof old === 'object' && old !== null && !Array.isArray(old))
          return { ...old, [key]: strange };
        return strange;
      }),
    );
};

/** JSON text with a fault that no value can express. */
export const garbled = (json: string): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.nat({ max: Math.max(0, json.length) }).map((end) => Buffer.from(json.slice(0, end))),
    fc
      .constantFrom(
        '',
        ' ',
        '\ufeff{}',
        `${json},`,
        `${json}{}`,
        '{"a":1,}',
        "{'a':1}",
        '{"a":NaN}',
        '{"metadata":{"a":1e999}}',
        '{"metadata":{"a":12345678901234567890}}',
        '{"metadata":{"__proto__":{"x":1}}}',
        '{"metadata":{"constructor":{"prototype":{}}}}',
        '{"name":"a","name":"b"}',
        '{"name":"\\u0000"}',
        '{"name":"\\ud800"}',
        '{"metadata":{"\\u0000":1,"\\ud800":2}}',
        `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
        `{"metadata":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}`,
        '"text"',
        '1',
        'null',
        '[]',
      )
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(
      Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('"}')]),
    ),
  );
