import type { z } from 'zod';

interface SchemaParts {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Record<string, z.ZodType>;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The definition of a schema of any type. Zod types it only for each class of schemas. */
export const partsOf = (schema: z.ZodType): SchemaParts => schema._zod.def as unknown as SchemaParts;
