import { getObject } from '../../core/objects/get.ts';
import type { Serve } from '../../protocol/verb.ts';
import { abortUpload } from './abort.ts';
import { completeUpload } from './complete.ts';
import { createUpload } from './create.ts';
import { listUploads } from './list.ts';
import { listParts } from './parts/list-parts.ts';
import { putPart } from './parts/put-part.ts';
import { signParts } from './parts/sign-parts.ts';

export function uploadRoutes(serve: Serve): void {
  serve('uploads.create', createUpload);
  serve('uploads.list', listUploads);
  // Also for a deleted object, so that clients that send parts can see why the parts are refused.
  serve('uploads.get', (c, { touched }) => getObject(c, 'upload', touched.upload, { includeDeleted: true }));
  serve('uploads.abort', abortUpload);
  serve('uploads.parts.list', listParts);
  serve('uploads.parts.put', putPart);
  serve('uploads.parts.sign', signParts);
  serve('uploads.complete', completeUpload);
}
