import { createHash, randomUUID } from 'node:crypto';
import { REFS, type Route } from '@modelbox/schema';
import { freshName } from './objects.ts';
import { champion, onVal, policyTests } from './policies.ts';
import { SAMPLES, type SampledKind } from './samples.ts';
import type { TestServer } from './test-server.ts';
import type { Callers } from './tokens.ts';

export interface World {
  readonly namespace: string;
  /** Path values by parameter name. Objects that paths do not name are listed by kind. */
  readonly values: Readonly<Record<string, string>>;
}

/** Bytes of content that only this world has; `values.content` is its SHA-256. */
export const CONTENT_SIZE = 64;

export async function makeWorld(
  server: TestServer,
  { ok }: Callers,
  { path }: Pick<Route, 'path'>,
): Promise<World> {
  const namespace = freshName('ns');
  const made: Record<string, { id: string }> = {};
  for (const [kind, { path: at, name }] of Object.entries(SAMPLES))
    made[kind] = await ok('POST', at, { namespace, name });
  const { model, experiment: run } = made as Record<SampledKind, { id: string }>;
  const body = { version: 'v1', files: [], metrics: [onVal(1)], aliases: ['prod'] };
  const version = await ok('POST', `/v1/models/${model.id}/versions`, body);
  const checkpoint = await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, status: 'ready' });
  const content = Buffer.from(namespace.padEnd(CONTENT_SIZE));
  await ok('PUT', `/v1/models/${model.id}/files/content.bin`, content);
  const values: Record<string, string> = {
    namespace,
    ...Object.fromEntries(Object.entries(made).map(([kind, { id }]) => [kind, id])),
    version: version.id,
    checkpoint: checkpoint.id,
    content: createHash('sha256').update(content).digest('hex'),
    alias: 'prod',
    'path*': 'a.bin',
    part: '1',
    principal: 'user:somebody',
    policy: model.id,
  };
  if (path.includes('{upload}'))
    values['upload'] = (await ok('POST', '/v1/uploads', { model: model.id, path: 'u', sizeBytes: 1 })).id;
  if (path.includes('{token}'))
    values['token'] = (await ok('POST', '/v1/tokens', { name: 't', principal: 'user:x' })).id;
  if (path.includes('{proposal}')) {
    await ok('PUT', `/v1/models/${model.id}/policy`, { label: [{ ...champion, mode: 'propose' }] });
    await policyTests(() => server).decideAll();
    values['proposal'] = (await ok('GET', `/v1/models/${model.id}/proposals`)).items[0].id;
  }
  return { namespace, values };
}

/**
 * Creates worlds for requests that change nothing. Routes share a world if their paths name the same kinds of objects.
 */
export function sharedWorlds(
  server: () => TestServer,
  callers: () => Callers,
): (route: Pick<Route, 'path'>) => Promise<World> {
  const worlds = new Map<string, Promise<World>>();
  return (route) => {
    const extras = route.path.match(/\{(?:upload|token|proposal)\}/g)?.join() ?? '';
    const world = worlds.get(extras) ?? makeWorld(server(), callers(), route);
    worlds.set(extras, world);
    return world;
  };
}

const KINDS = [...Object.keys(REFS), 'token'];

/** Values for a path that have the right form and name no object. */
export const namesOfNothing = (): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(KINDS.map((kind) => [kind, randomUUID()])),
  namespace: freshName('nothing'),
});

/** A body of the right media type for a request whose status depends on the caller's rights. */
export const plainBody = ({ body }: Pick<Route, 'body'>): Buffer | object | undefined =>
  body === undefined ? undefined : body === 'bytes' ? Buffer.from('x') : {};

/** The URL of a route with these path values, and with the objects that its query touches. */
export function urlOf(route: Route, values: Readonly<Record<string, string>>): string {
  const path = route.path.replace(/\{([^}]*)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? 'x'),
  );
  const named = Object.values(route.touches).flatMap(({ at, kind }) =>
    at.startsWith('query.') ? [`${at.slice(6)}=${encodeURIComponent(values[kind] ?? 'x')}`] : [],
  );
  // This list accepts one filter of several.
  const query = route.id === 'uploads.list' ? named.slice(0, 1) : named;
  return query.length > 0 && route.method === 'GET' ? `${path}?${query.join('&')}` : path;
}
