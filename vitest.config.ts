import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { hostileEnvironment } from './packages/db/src/testing/hostile.ts';

const every = ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'test/**/*.test.ts'];

/** Files that run a second time, on databases with unusual settings. They cover every way to Postgres. */
const alsoUnusual = [
  'apps/server/src/config/unusual-settings.test.ts',
  'apps/server/src/{resources/metrics,policies/retention}/*.test.ts',
  'apps/server/src/resources/{aliases/aliases,audit/list,versions/versions}.test.ts',
  'apps/server/src/core/{lists/lists,writes/changes}.test.ts',
  'apps/server/src/resources/uploads/create.test.ts',
];

export default defineConfig({
  test: {
    // One Postgres and one S3 server for the run, each started when the first test file asks for it.
    globalSetup: ['packages/db/src/testing/vitest-setup.ts', 'packages/blobs/src/testing/vitest-setup.ts'],
    pool: 'forks',
    // Files that run in one process share its modules: loading those of the server takes seconds of CPU time.
    isolate: false,
    // One more than the cores: the tests wait for Postgres, stores and processes more than they compute.
    maxWorkers: availableParallelism() + 1,
    // A loaded machine is slow, and a test that hangs is rare.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
    projects: [
      { extends: true, test: { name: 'usual settings', include: every } },
      {
        extends: true,
        test: {
          name: 'unusual settings',
          include: alsoUnusual,
          env: { ...hostileEnvironment, MODELBOX_TEST_UNUSUAL_SETTINGS: 'true' },
        },
      },
    ],
  },
});
