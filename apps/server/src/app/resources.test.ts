import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type OBJECT_KINDS,
  PERMISSIONS,
  type Permission,
  REFS,
  RESOURCES,
  type ResourceDefinition,
  routeList,
  VIEWS,
} from '@modelbox/schema';
import { expect, expectTypeOf, it } from 'vitest';
import { NAIVE_PERMISSIONS } from '../../testing/naive-access.ts';
import { NESTED_KINDS, SAMPLES } from '../../testing/samples.ts';
import { resources } from './resources.ts';

/* Rule: a kind of the contract is complete. CONTRIBUTING.md says how to add one. */

const root = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const texts = (pattern: string) => globSync(pattern, { cwd: root }).map(read).join('\n');
const tables = texts('prisma/schema/*.prisma');
const growth = read('docs/growth.md');
const touched = new Set<string>(
  routeList.flatMap(({ touches }) => Object.values(touches).map(({ kind }) => kind)),
);
const demanded = new Set<string>([
  ...routeList.flatMap(({ touches, echoes }) => [
    ...Object.values(touches).flatMap(({ permission, create }) => [permission, create]),
    echoes,
  ]),
  ...Object.values(VIEWS).flatMap(({ rest, parts = {} }) => [rest, ...Object.values(parts).flat()]),
] as string[]);
const schemas = JSON.parse(read('packages/schema/openapi.json')).components.schemas as object;

/** The places that a resource of the contract lacks, each with the file to edit. */
function lackingPlaces({
  kind,
  table,
  ref,
  isListed,
  isOwner,
  permissions,
  views = {},
}: ResourceDefinition): string[] {
  const server = (resources as Record<string, object>)[kind] ?? {};
  const inServer = 'apps/server/src/app/resources.ts';
  const places: [isThere: boolean, place: string][] = [];
  if (table !== undefined) {
    places.push(
      ['read' in server, `\`read\` in ${inServer}`],
      [tables.includes(`@@map("${table}")`), `a model of the table "${table}" in prisma/schema`],
      [growth.includes(`\`${table}\``), `a row for the table "${table}" in docs/growth.md`],
    );
  }
  if (ref !== undefined) {
    places.push(
      [touched.has(kind), 'a route that touches it in packages/schema/src/routes.ts'],
      ['find' in server, `\`find\` in ${inServer}`],
      [
        [...NESTED_KINDS, ...Object.keys(SAMPLES)].includes(kind),
        'a sample in apps/server/testing/samples.ts',
      ],
    );
  }
  if (isListed) places.push(['fields' in server, `\`fields\` in ${inServer}`]);
  if (isOwner) places.push(['store' in server, `\`store\` in ${inServer}`]);
  for (const permission of Object.keys(permissions).map((action) => `${kind}.${action}`)) {
    places.push(
      [demanded.has(permission), `a route that demands ${permission}`],
      [NAIVE_PERMISSIONS.includes(permission), `${permission} in apps/server/testing/naive-access.ts`],
    );
  }
  for (const id of Object.keys(views))
    places.push([id in schemas, `a wire schema with the id "${id}", which a route answers`]);
  return places.flatMap(([isThere, place]) => (isThere ? [] : [`${kind}: lacks ${place}`]));
}

it.each(RESOURCES.map((resource) => [resource.kind, resource as ResourceDefinition] as const))(
  '%s has all its places',
  (_, resource) => {
    expect(lackingPlaces(resource)).toEqual([]);
  },
);

it('names each place that a new kind lacks', () => {
  const team: ResourceDefinition = {
    kind: 'team',
    table: 'teams',
    ref: REFS.dataset,
    permissions: { read: 'viewer' },
    isListed: true,
    isOwner: true,
    views: { Team: { always: ['name'] } },
  };
  expect(lackingPlaces(team)).toEqual([
    'team: lacks `read` in apps/server/src/app/resources.ts',
    'team: lacks a model of the table "teams" in prisma/schema',
    'team: lacks a row for the table "teams" in docs/growth.md',
    'team: lacks a route that touches it in packages/schema/src/routes.ts',
    'team: lacks `find` in apps/server/src/app/resources.ts',
    'team: lacks a sample in apps/server/testing/samples.ts',
    'team: lacks `fields` in apps/server/src/app/resources.ts',
    'team: lacks `store` in apps/server/src/app/resources.ts',
    'team: lacks a route that demands team.read',
    'team: lacks team.read in apps/server/testing/naive-access.ts',
    'team: lacks a wire schema with the id "Team", which a route answers',
  ]);
});

it('keeps the literal types of kinds and permissions', () => {
  expectTypeOf<'dataset.create'>().toExtend<Permission>();
  expectTypeOf<'dataset.delete'>().not.toExtend<Permission>();
  expectTypeOf<'dataset'>().toExtend<(typeof OBJECT_KINDS)[number]>();
  expectTypeOf<'nonesuch'>().not.toExtend<(typeof OBJECT_KINDS)[number]>();
  expectTypeOf<string>().not.toExtend<Permission>();
  expect(new Set(PERMISSIONS).size).toBe(PERMISSIONS.length);
});
