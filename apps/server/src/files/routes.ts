import { LIMIT_DEFAULT, OWNER_KINDS } from '@modelbox/schema';
import type { RequestContext } from '../context.ts';
import type { Answered, Serve } from '../http/verb.ts';
import { cursorAfter, pageOf } from '../lists/cursor.ts';
import type { Located } from '../objects/located.ts';
import { attachFiles } from './attach.ts';
import { deleteFile } from './delete.ts';
import { downloadFile } from './download.ts';
import { listFilesAfter } from './read.ts';
import { trackFiles } from './track.ts';
import { uploadFile } from './upload.ts';

export function fileRoutes(serve: Serve): void {
  for (const kind of OWNER_KINDS) {
    serve(`${kind}s.files.list`, (c, { query, touched }) => listFiles(c, touched.object, query));
    serve(`${kind}s.files.track`, (c, { body, touched }) => trackFiles(c, kind, touched.object, body.files));
    serve(`${kind}s.files.attach`, (c, { body, touched }) =>
      attachFiles(c, kind, touched.object, body.files),
    );
    serve(`${kind}s.files.upload`, (c, { params, query, headers, body, touched }) =>
      uploadFile(c, kind, touched.object, { path: params.path, role: query.role, headers, content: body }),
    );
    serve(`${kind}s.files.download`, (c, { params, query, headers, touched }) =>
      downloadFile(
        c,
        touched.object,
        { path: params.path, redirect: query.redirect },
        { method: c.method === 'HEAD' ? 'HEAD' : 'GET', headers },
      ),
    );
    serve(`${kind}s.files.delete`, (c, { params, touched }) =>
      deleteFile(c, kind, touched.object, params.path),
    );
  }
}

interface Page {
  limit?: number | undefined;
  cursor?: string | undefined;
}

async function listFiles(ctx: RequestContext, object: Located, query: Page): Promise<Answered> {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const files = await listFilesAfter(ctx, object.id, cursorAfter(query.cursor, 'string') ?? '', limit + 1);
  return {
    status: 200,
    body: pageOf(
      files,
      limit,
      (file) => file,
      (file) => file.path,
    ),
  };
}
