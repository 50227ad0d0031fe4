import { OWNER_KINDS } from '@modelbox/schema';
import type { Serve } from '../../protocol/verb.ts';
import { attachFiles } from './attach.ts';
import { downloadFile } from './content/download.ts';
import { uploadFile } from './content/upload.ts';
import { deleteFile } from './delete.ts';
import { pageOfFiles } from './read.ts';
import { trackFiles } from './track.ts';

export function fileRoutes(serve: Serve): void {
  for (const kind of OWNER_KINDS) {
    serve(`${kind}s.files.list`, async (c, { query, touched }) => ({
      status: 200,
      body: await pageOfFiles(c, touched.object.id, query),
    }));
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
