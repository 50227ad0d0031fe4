import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** For the Prisma CLI. The server itself migrates without it (see src/migrate.ts). */
export default defineConfig({
  schema: root('prisma/schema'),
  migrations: { path: root('prisma/migrations') },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
