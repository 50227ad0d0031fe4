import { z } from 'zod';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { route } from './route.ts';

const ARCHIVE_FORMATS = ['tar', 'zip'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** The kinds whose file set freezes, so that an archive of it is reproducible. */
export type ArchivedKind = 'version' | 'checkpoint';

const archiveQuery = z.strictObject({
  format: z
    .enum(ARCHIVE_FORMATS)
    .optional()
    .meta({
      description:
        'The format of the archive. Neither format compresses. A `tar` supports range requests, so a ' +
        'download can be resumed.',
      default: 'tar',
    }),
  tracked: z
    .enum(['refuse', 'skip'])
    .optional()
    .meta({
      description:
        'How to treat tracked files, whose content the server does not have. `refuse` returns 409 if there ' +
        'is one; `skip` leaves them out.',
      default: 'refuse',
    }),
});

export const archiveRoute = <K extends ArchivedKind>(kind: K) =>
  route({
    id: `${kind}s.archive`,
    method: 'GET',
    cost: 'variable',
    path: `${ownerPath(kind)}/archive`,
    tag: `${kind}s`,
    summary: `Download all files of ${aKind(kind)} as one archive`,
    description:
      `Sends the stored files of a ready ${kind} as one tar or zip, ordered by path. Supports HEAD and ` +
      `conditional requests. The same files always give the same bytes and ETag.`,
    params: ownerParams(kind),
    query: archiveQuery,
    answers: { 200: 'archive', 206: 'archive', 304: 'empty' },
    errors: [409, 412, 416],
    touches: { object: { kind, at: `params.${kind}`, permission: 'file.read' } },
  });
