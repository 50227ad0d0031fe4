import { z } from 'zod';

export const LIMIT_DEFAULT = 100;
export const LIMIT_MAX = 1000;
export const FILTER_MAX_LENGTH = 4096;

export const limit = z
  .int()
  .min(1)
  .max(LIMIT_MAX)
  .optional()
  .meta({
    description:
      'The maximum number of items per page. Large items can shorten a page; only a null `nextCursor` ' +
      'marks the last page.',
    default: LIMIT_DEFAULT,
  });
export const cursor = z.string().min(1).max(8192).optional().meta({
  description: 'The `nextCursor` of the previous page. Filter and order must be the same as there.',
});

export const listQuery = {
  filter: z.string().max(FILTER_MAX_LENGTH).optional().meta({
    description:
      "An expression in the filter language, for example `metrics.accuracy > 0.9 AND 'gold' IN tags`.",
  }),
  orderBy: z
    .string()
    .max(FILTER_MAX_LENGTH)
    .optional()
    .meta({
      description:
        'Fields with `ASC` or `DESC`, for example `metrics.val_accu DESC, createdAt`. Default: newest ' +
        'first.',
    }),
  limit,
  cursor,
};

export const includeDeleted = z.boolean().optional().meta({
  description: 'Includes deleted objects.',
  default: false,
});

export const page = <T extends z.ZodType>(id: string, item: T) =>
  z
    .object({
      items: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'The cursor of the next page. Null on the last page.' }),
    })
    .meta({ id, description: 'One page of a list.' });
