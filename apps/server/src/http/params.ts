import type { Route } from '@modelbox/schema';
import { HttpProblem } from '../protocol/problem.ts';
import { validate } from '../protocol/validate.ts';
import { checkText } from './query.ts';

export const routerPath = (route: Route): string =>
  route.path.replace(/\{[^}]*\*\}/, '*').replace(/\{([^}]*)\}/g, ':$1');

/**
 * Returns a reader of path parameters. For a read, an invalid parameter names nothing: 404. Writes, and paths of files,
 * get 422 with the reason, because such a request may create what it names.
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
