import type { Route } from '@modelbox/schema';
import type { World } from './access-world.ts';
import { CONTENT_SIZE } from './access-world.ts';
import { freshName } from './objects.ts';

/*
 * Bodies for every place at which a route's body names an object. If a route needs more than these tables provide, its
 * body fails the schema, and the test reports that.
 */

type Json = Record<string, any>;

const version = () => ({ version: freshName('v') });

/** Members that a body needs beside the place `at`. */
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

/** Members that an object or an item needs, by the name of the member that contains it. */
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

/** Returns a valid body of a route that names `text` at a place. */
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
