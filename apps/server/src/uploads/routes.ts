import type { Serve } from '../http/verb.ts';
import { getObject } from '../kinds/get.ts';
import { abortUpload } from './abort.ts';
import { completeUpload } from './complete.ts';
import { createUpload } from './create.ts';
import { listUploads } from './list.ts';
import { listParts } from './list-parts.ts';
import { putPart } from './put-part.ts';
import { signParts } from './sign-parts.ts';

export function uploadRoutes(serve: Serve): void {
  serve('uploads.create', createUpload);
  serve('uploads.list', listUploads);
  // Also of a deleted object: whoever sends parts must be able to see why they are refused.
  serve('uploads.get', (c, { touched }) => getObject(c, 'upload', touched.upload, { includeDeleted: true }));
  serve('uploads.abort', abortUpload);
  serve('uploads.parts.list', listParts);
  serve('uploads.parts.put', putPart);
  serve('uploads.parts.sign', signParts);
  serve('uploads.complete', completeUpload);
}
