import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Pool } from 'pg';

/**
 * The adapter of Prisma for `pg` as the schema engine needs it, except for how scripts run. The original splits
 * scripts at every semicolon, which breaks function bodies. Here, Postgres parses the script and runs it as one
 * transaction. The same transaction closes the row of the migration, so an open row proves that nothing of its script
 * was applied.
 * @param onScriptError receives the error of Postgres, of which the engine reports only that it happened.
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
