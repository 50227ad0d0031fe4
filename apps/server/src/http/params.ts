import type { Route } from '@modelbox/schema';
import { HttpProblem } from '../protocol/problem.ts';
import { validate } from '../protocol/validate.ts';
import { checkText } from './query.ts';

/** A route's path as Fastify's router writes it. */
export const routerPath = (route: Route): string =>
  route.path.replace(/\{[^}]*\*\}/, '*').replace(/\{([^}]*)\}/g, ':$1');

/**
 * A reader of a route's path parameters. A parameter that is not as its schema wants it names nothing: 404, but for a
 * file's path and an alias, which a request may bring into being: there 422 says what is wrong.
 */
export function pathParams(route: Route): (raw: Record<string, string>) => Record<string, unknown> {
  const rest = /\{([^}]*)\*\}/.exec(route.path)?.[1];
  return (raw) => {
    if (route.params === undefined) return {};
    const { '*': tail, ...params } = raw;
    if (rest !== undefined) params[rest] = tail ?? '';
    for (const [name, text] of Object.entries(params)) checkText('path', name, text);
    if (route.method !== 'GET' || rest !== undefined) return validate(route.params, params, 'path');
    const parsed = route.params.safeParse(params);
    if (parsed.success) return parsed.data;
    const name = String(parsed.error.issues[0]?.path[0]);
    throw new HttpProblem('not_found', `There is no ${name} "${params[name]}".`, {
      errors: [
        { in: 'path', pointer: `/${name}`, message: parsed.error.issues[0]?.message ?? 'names nothing' },
      ],
    });
  };
}
