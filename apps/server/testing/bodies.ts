import type { Route } from '@modelbox/schema';
import type { World } from './access-world.ts';
import { CONTENT_SIZE } from './access-world.ts';
import { freshName } from './objects.ts';

/*
 * A body for every place at which a route's body names an object. A route that needs more than these tables have does not
 * pass its own schema, and the test that asks for the body says so.
 */

type Json = Record<string, any>;

const version = () => ({ version: freshName('v') });

/** What a body must have beside the place; `at` is the place. */
const BASES: Record<string, (world: World, at: string) => Json> = {
  'models.create': () => ({ name: freshName('m') }),
  'experiments.create': ({ namespace }) => ({ namespace, name: freshName('e') }),
  'datasets.create': () => ({ name: freshName('d') }),
  'models.versions.create': () => ({ ...version(), files: [] }),
  'checkpoints.promote': ({ values }) => ({ ...version(), model: values['model'] }),
  'experiments.checkpoints.create': () => ({ epoch: Number(freshName('1').slice(2)) + 1 }),
  'uploads.create': ({ values }, at) => ({
    ...(at === 'body.sha256' ? { model: values['model'] } : {}),
    path: freshName('path'),
    sizeBytes: CONTENT_SIZE,
  }),
  'namespaces.update': () => ({ quotaBytes: 1_000_000 }),
};

const measured = { metric: 'a', direction: 'max' };
const labelRule = () => ({ name: 'r', alias: 'x', ...measured });

/** What an object or an item must have, by the name of its member. */
const MEMBERS: Record<string, () => Json> = {
  metrics: () => ({ key: freshName('k'), value: 1 }),
  files: () => ({ path: freshName('f') }),
  label: labelRule,
  rule: labelRule,
  notWorse: () => ({ ...measured }),
  promote: () => ({ ...measured, version: '{epoch}' }),
  keep: () => ({ best: 1, ...measured }),
  versions: () => ({ remove: 'files' }),
  checkpoints: () => ({ remove: 'files' }),
};

/** A valid body of a route that names something at a place of it. */
export function bodyNaming(route: Route, at: string, text: string, world: World): Json {
  const body = BASES[route.id]?.(world, at) ?? {};
  if (at.startsWith('body.')) put(body, at.split('.').slice(1), text);
  const parsed = (route.body as { safeParse(value: unknown): { success: boolean; error?: Error } }).safeParse(
    body,
  );
  if (!parsed.success)
    throw new Error(
      `apps/server/testing/bodies.ts has no body for ${at} of ${route.id}: ${parsed.error?.message}`,
    );
  return body;
}

function put(into: Json, [step = '', ...rest]: string[], text: string): void {
  const key = step.replace('[]', '');
  if (rest.length === 0) {
    into[key] = step.endsWith('[]') ? [text] : text;
    return;
  }
  const member = { ...MEMBERS[key]?.(), ...(into[key] as Json | undefined) };
  into[key] = step.endsWith('[]') ? [member] : member;
  put(member, rest, text);
}
