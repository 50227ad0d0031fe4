import { type FieldError, jsonSchema } from '@modelbox/schema';
import type { z } from 'zod';
import { HttpProblem, invalidField } from '../protocol/problem.ts';

type Coercion = (text: string) => unknown;

const COERCIONS: Record<string, Coercion> = {
  integer: (text) => (/^-?\d{1,16}$/.test(text) ? Number(text) : text),
  number: (text) => (text.trim() === '' ? text : Number.isNaN(Number(text)) ? text : Number(text)),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : text),
};

/**
 * Returns a reader of query strings. Converts text to the numbers and booleans of the schema. Other text stays text, so
 * that validation reports it. A repeated parameter is refused.
 */
export function queryReader(schema: z.ZodObject | undefined): (search: string) => Record<string, unknown> {
  const coercions = new Map<string, Coercion>();
  for (const [name, field] of Object.entries(schema?.shape ?? {})) {
    const coercion = COERCIONS[String(jsonSchema(field as z.ZodType, new Map())['type'])];
    if (coercion) coercions.set(name, coercion);
  }
  return (search) => {
    // An object without a prototype treats `__proto__` as an ordinary, unknown name.
    const query: Record<string, unknown> = Object.create(null);
    if (search === '') return query;
    for (const [name, text] of new URLSearchParams(search)) {
      if (Object.hasOwn(query, name)) throw invalidField('query', `/${name}`, 'must be given once');
      checkText('query', name, text);
      query[name] = coercions.get(name)?.(text) ?? text;
    }
    return query;
  };
}

/** Postgres text cannot contain NUL. Percent-decoding never yields a lone surrogate. */
export function checkText(where: FieldError['in'], name: string, text: string): void {
  if (text.includes('\0')) throw invalidField(where, `/${name}`, 'must not contain NUL (U+0000)');
}

export function refuseQuery(query: Record<string, unknown>): Record<string, unknown> {
  const [name] = Object.keys(query);
  if (name === undefined) return query;
  throw new HttpProblem(
    'invalid',
    `query /${name}: is not a known parameter; this route takes no parameters`,
    {
      errors: [
        {
          in: 'query',
          pointer: `/${name}`,
          message: 'is not a known parameter; this route takes no parameters',
          expected: [],
        },
      ],
    },
  );
}
