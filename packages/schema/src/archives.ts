import { z } from 'zod';
import { aKind, ownerParams, ownerPath } from './owners.ts';
import { route } from './route.ts';

const ARCHIVE_FORMATS = ['tar', 'zip'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** The kinds whose file set is frozen at some time, so that it can go out as one. */
export type ArchivedKind = 'version' | 'checkpoint';

const archiveQuery = z.strictObject({
  format: z.enum(ARCHIVE_FORMATS).optional().meta({
    description: 'Neither is compressed. A `tar` answers ranges, so that a download can be resumed.',
    default: 'tar',
  }),
  tracked: z.enum(['refuse', 'skip']).optional().meta({
    description:
      'Content of tracked files is not here: `refuse` answers 409 where there is one, `skip` leaves them out.',
    default: 'refuse',
  }),
});

/** The route that sends all files of one object at once. */
export const archiveRoute = <K extends ArchivedKind>(kind: K) =>
  route({
    id: `${kind}s.archive`,
    method: 'GET',
    cost: 'variable',
    path: `${ownerPath(kind)}/archive`,
    tag: `${kind}s`,
    summary: `Download all files of ${aKind(kind)} as one archive`,
    description:
      `The stored files of a ready ${kind}, by path, as one tar or zip that is made while it is sent. ` +
      'Answers HEAD and conditions; the same files give the same bytes and ETag.',
    params: ownerParams(kind),
    query: archiveQuery,
    answers: { 200: 'archive', 206: 'archive', 304: 'empty' },
    errors: [409, 412, 416],
    touches: { object: { kind, at: `params.${kind}`, permission: 'file.read' } },
  });
