import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // One Postgres and one S3 server for the run, each started when the first test file asks for it.
    globalSetup: ['packages/db/src/testing/vitest-setup.ts', 'packages/blobs/src/testing/vitest-setup.ts'],
    // A process per file: some tests send signals, and a crash stays in its file.
    pool: 'forks',
    // The tests wait for Postgres more than they compute.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
