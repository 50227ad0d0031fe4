// No container engine runs here, so these tests check the text of the image and the composition.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../apps/server/src/config/config.ts';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Manifest {
  packageManager: string;
  devDependencies: Record<string, string>;
}
const manifest = JSON.parse(text('package.json')) as Manifest;
/** The value that compose uses if the environment sets none. */
const substituted = (value: string): string => value.replace(/\$\{[A-Z0-9_]+:-([^}]*)\}/g, '$1');

const dockerfile = DockerfileParser.parse(text('Dockerfile'));
const imageEnv = (): Record<string, string> =>
  Object.fromEntries(
    dockerfile.getENVs().flatMap((env) => env.getProperties().map((p) => [p.getName(), p.getValue() ?? ''])),
  );

describe('Dockerfile', () => {
  const all = (keyword: string): Instruction[] =>
    dockerfile.getInstructions().filter((instruction) => instruction.getKeyword() === keyword);
  const words = (instruction: Instruction): string[] =>
    instruction.getArguments().map((argument) => argument.getValue());
  const stages = dockerfile.getFROMs().map((from) => ({
    name: from.getBuildStage() ?? '',
    image: from.getImage() ?? '',
    line: from.getRange()?.start.line ?? 0,
  }));
  const runtimeLine = stages.at(-1)?.line ?? 0;
  const inRuntime = (keyword: string): Instruction[] =>
    all(keyword).filter((instruction) => instruction.getRange().start.line > runtimeLine);

  test('builds in stages on the pinned Node of the workspace', () => {
    const names = stages.map(({ name }) => name);
    const images = new Set(stages.map(({ image }) => image).filter((image) => !names.includes(image)));
    expect(stages.at(-1)?.name).toBe('runtime');
    expect([...images]).toEqual([`node:${manifest.devDependencies.node}-bookworm-slim`]);
    expect(text('Dockerfile')).toContain(`npm install --global ${manifest.packageManager}`);
  });

  test('copies only existing paths, from earlier stages', () => {
    const earlier = new Set(stages.map(({ name }) => name));
    for (const copy of dockerfile.getCOPYs()) {
      const from = copy.getFlags().find((flag) => flag.getName() === 'from');
      if (from) {
        expect(earlier).toContain(from.getValue());
      } else {
        const sources = words(copy).slice(0, -1);
        expect(sources.filter((path) => !existsSync(join(root, path)))).toEqual([]);
      }
    }
  });

  test('copies the manifest of each workspace that the server installs', () => {
    const copied = dockerfile.getCOPYs().flatMap(words);
    const needed = new Set(['apps/server']);
    for (const folder of needed) {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(text(`${folder}/package.json`)) as {
        dependencies?: Record<string, string>;
        devDependencies?: Record<string, string>;
      };
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        if (version.startsWith('workspace:')) needed.add(`packages/${name.replace('@modelbox/', '')}`);
      }
    }
    expect(copied).toEqual(expect.arrayContaining([...needed].map((folder) => `${folder}/package.json`)));
  });

  test('installs no development dependencies for the run', () => {
    const runs = all('RUN').map((run) => run.getArgumentsContent() ?? '');
    expect(runs.filter((run) => run.includes('--filter "@modelbox/server...'))).toEqual([
      expect.stringContaining('--frozen-lockfile --prod'),
    ]);
    expect(inRuntime('RUN').filter((run) => /npm/.test(run.getArgumentsContent() ?? ''))).toEqual([]);
  });

  test('runs the server as an ordinary user who owns the volume, with a health check', () => {
    expect(inRuntime('USER').map(words)).toEqual([['node']]);
    expect(inRuntime('HEALTHCHECK').at(-1)?.getArgumentsContent()).toContain('/healthz');
    const [volume] = inRuntime('VOLUME').flatMap(words);
    expect(inRuntime('RUN')[0]?.getArgumentsContent()).toContain(`--owner=node --group=node ${volume}`);
    const command = JSON.parse(inRuntime('CMD').at(-1)?.getArgumentsContent() ?? '[]') as string[];
    expect(command[0]).toBe('node');
    expect(existsSync(join(root, command[1] ?? ''))).toBe(true);
  });

  test.each([
    [200, 0],
    [503, 1],
  ])('has a health check that, answered %i, ends with %i', async (status, code) => {
    const [, json = '[]'] =
      /CMD (\[.*\])/s.exec(inRuntime('HEALTHCHECK')[0]?.getArgumentsContent() ?? '') ?? [];
    const [, ...args] = JSON.parse(json) as string[];
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/healthz' ? status : 404).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const check = spawn(process.execPath, args, { env: { MODELBOX_PORT: String(port) } });
    expect(await once(check, 'close')).toEqual([code, null]);
    server.close();
  });

  test('configures a server that is reached from outside its container', () => {
    expect(readConfig([], imageEnv())).toMatchObject({ host: '0.0.0.0', allowRemote: true });
  });

  test('the build context contains the copied paths', () => {
    const kept = text('.dockerignore').match(/^!.+$/gm) ?? [];
    const sources = dockerfile
      .getCOPYs()
      .filter((copy) => copy.getFlags().length === 0)
      .flatMap((copy) => words(copy).slice(0, -1));
    expect(
      sources.filter((path) => !kept.some((line) => `${path}/`.startsWith(`${line.slice(1)}/`))),
    ).toEqual([]);
  });
});

describe('docker-compose.yml', () => {
  interface Service {
    image?: string;
    build?: string;
    ports?: string[];
    profiles?: string[];
    volumes?: string[];
    environment?: Record<string, string>;
    depends_on?: Record<string, { condition: string }>;
    healthcheck?: { test: string[] };
  }
  const file = parse(text('docker-compose.yml'), { strict: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, null>;
  };
  const { modelbox, postgres, s3 } = file.services as Record<'modelbox' | 'postgres' | 's3', Service>;

  test('has three services, with S3 as an option', () => {
    expect(Object.keys(file.services).sort()).toEqual(['modelbox', 'postgres', 's3']);
    expect([modelbox.profiles, postgres.profiles, s3.profiles]).toEqual([undefined, undefined, ['s3']]);
    expect(modelbox.environment?.MODELBOX_BLOBS).toBe('${MODELBOX_BLOBS:-disk}');
  });

  test('pins its images and publishes nothing but on loopback', () => {
    expect([postgres.image, s3.image].every((image) => /:v?\d/.test(image ?? ''))).toBe(true);
    const published = [modelbox, postgres, s3].map(({ ports = [] }) => ports.map(substituted));
    expect(published).toEqual([['127.0.0.1:8085:8085'], [], ['127.0.0.1:7070:7070']]);
  });

  test('starts ModelBox when Postgres is healthy', () => {
    expect(postgres.healthcheck?.test.slice(0, 2)).toEqual(['CMD', 'pg_isready']);
    expect(modelbox.depends_on?.postgres).toEqual({ condition: 'service_healthy' });
  });

  test('keeps all data on declared volumes', () => {
    const used = Object.values(file.services).map(({ volumes = [] }) => volumes.map((v) => v.split(':')[0]));
    expect(used).toEqual([['blobs'], ['postgres'], ['s3']]);
    expect(Object.keys(file.volumes).sort()).toEqual(['blobs', 'postgres', 's3']);
    expect(text('Dockerfile')).toContain(`VOLUME ${modelbox.volumes?.[0]?.split(':')[1]}\n`);
  });

  test('gives the server a valid configuration with the database of the composition', () => {
    const given = Object.entries(modelbox.environment ?? {}).map(([name, text]) => [name, substituted(text)]);
    const password = substituted(postgres.environment?.POSTGRES_PASSWORD ?? '');
    expect(readConfig([], { ...imageEnv(), ...Object.fromEntries(given) })).toMatchObject({
      databaseUrl: `postgres://modelbox:${password}@postgres:5432/modelbox`,
      blobs: 'disk',
    });
  });

  test('has only passwords that can be changed', () => {
    const secrets = Object.values(file.services)
      .flatMap(({ environment = {} }) => Object.entries(environment))
      .filter(([name]) => /PASSWORD|SECRET|DATABASE_URL/.test(name))
      .map(([, value]) => value);
    expect(secrets).toHaveLength(4);
    for (const value of secrets) expect(value).toMatch(/\$\{[A-Z_]+:-/);
  });
});
