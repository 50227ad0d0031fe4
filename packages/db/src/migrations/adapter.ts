import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Pool } from 'pg';

/**
 * Prisma's adapter for `pg` in the form that the schema engine wants, but for how scripts run. Its own splits a script
 * at every semicolon, which tears function bodies apart. Postgres parses a script by itself and runs it as one
 * transaction; the migration's row is closed in that same transaction, so that an open row says for certain that
 * nothing of its script was applied.
 * @param onScriptError told what Postgres said of a script: the engine reports only that there was an error.
 */
export function migrationAdapter(
  pool: Pool,
  schema: string,
  onScriptError: (error: unknown) => void,
): SqlMigrationAwareDriverAdapterFactory {
  const inner = new PrismaPg(pool, { schema });
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    connectToShadowDb: () => inner.connectToShadowDb(),
    connect: async () => {
      const adapter = await inner.connect();
      adapter.executeScript = async (script) => {
        try {
          await pool.query(`${script}\n;\n${closeRow}`);
        } catch (error) {
          onScriptError(error);
          throw error;
        }
      };
      return adapter;
    },
  };
}

const closeRow =
  'UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL';
