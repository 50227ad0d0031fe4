// Generates the Prisma client into src/generated, without network.
//
// `prisma generate` would first download its native schema engine, though it never runs it: the generator works on
// the WebAssembly build inside the package. Naming any executable as that engine skips the download.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js');

const { status, error, stdout, stderr } = spawnSync(process.execPath, [cli, 'generate'], {
  cwd: packageRoot,
  encoding: 'utf8',
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    PRISMA_GENERATE_SKIP_AUTOINSTALL: '1',
    CHECKPOINT_DISABLE: '1',
    NO_COLOR: '1',
  },
});
if (error) throw error;
if (status !== 0) {
  process.stderr.write(stdout + stderr);
  process.exitCode = status ?? 1;
}
