import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Pool } from 'pg';
import { migrationAdapter } from './adapter.ts';

// Node has it, but only the browser library of TypeScript declares it.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

type Glue = { SchemaEngine: typeof SchemaEngine; __wbg_set_wasm(exports: unknown): void };

let engineModule: Promise<Glue> | undefined;

/**
 * The schema engine of Prisma as WebAssembly: the engine of `prisma migrate`, without the native binary that the CLI
 * downloads. The entry of the package imports the `.wasm` file, which Node does not support by default.
 */
export async function openSchemaEngine(
  pool: Pool,
  schema: string,
  onScriptError: (error: unknown) => void,
): Promise<SchemaEngine> {
  engineModule ??= instantiate();
  const { SchemaEngine } = await engineModule;
  const adapter = bindMigrationAwareSqlAdapterFactory(migrationAdapter(pool, schema, onScriptError));
  return SchemaEngine.new({ datamodels: undefined }, () => {}, adapter);
}

async function instantiate(): Promise<Glue> {
  const typed = glue as unknown as Glue;
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const imports: Record<string, unknown> = { ...glue };
  // The engine never clears the 10 s timer of its lock, which must not keep the process alive.
  const timer = Object.keys(imports).find((name) => name.startsWith('__wbg_setTimeout_'));
  if (timer) imports[timer] = (run: () => void, ms: number) => setTimeout(run, ms >>> 0).unref();
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports });
  typed.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return typed;
}
