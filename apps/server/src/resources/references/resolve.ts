import { formatReference } from '@modelbox/domain';
import type { Resolution, Version } from '@modelbox/schema';
import { readObject } from '../../core/objects/read.ts';
import { HttpProblem } from '../../protocol/problem.ts';
import type { CacheableAnswer, Verb } from '../../protocol/verb.ts';
import { listAllFiles } from '../files/read.ts';

export const resolveReference: Verb<'resolve', CacheableAnswer> = async (ctx, { touched }) => {
  const { body, crossNamespace } = await readObject(ctx, 'version', touched.version.id);
  const version = body as Version;
  const reference = formatReference(version);
  if (version.status !== 'ready')
    throw new HttpProblem('not_ready', `${reference} is pending. Finalize it first.`, { id: version.id });
  const files =
    version.fileCount > version.files.length ? await listAllFiles(ctx, version.id) : version.files;
  const resolution: Resolution = {
    reference,
    version,
    files: files.map((file) => ({
      ...file,
      url: file.uri ?? `/v1/versions/${version.id}/files/${encodePath(file.path)}`,
    })),
  };
  return { status: 200, body: resolution, crossNamespace };
};

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
