import { APIError } from '../core/api-error.ts';
import { ModelBoxError } from '../core/errors.ts';
import type { CallOptions } from '../core/options.ts';
import type { Resources } from '../generated/resources.ts';
import type { Upload } from '../generated/schemas.ts';

/** The uploads in parts to a version that earlier calls started. */
export interface EarlierUploads {
  /** The uploads of a path, newest first. */
  of(path: string): readonly Upload[];
  /** Aborts open uploads of a path whose file has arrived otherwise: they would block `finalize`. */
  giveUp(path: string): Promise<void>;
}

/** Throws if an upload is open whose file is not to be pushed. */
export async function earlierUploads(
  { uploads }: Resources,
  version: string,
  wanted: ReadonlySet<string>,
  call: CallOptions,
): Promise<EarlierUploads> {
  const byPath = new Map<string, Upload[]>();
  for await (const upload of uploads.list({ version, limit: 1000 }, call)) {
    const { path, state, id } = upload;
    if (state === 'open' && !wanted.has(path)) {
      throw new ModelBoxError(
        `An upload of ${JSON.stringify(path)} to the version is open (${id}), which is not among the files to push; ` +
          'abort it there',
      );
    }
    byPath.set(path, [...(byPath.get(path) ?? []), upload]);
  }
  const of = (path: string) => byPath.get(path) ?? [];
  return {
    of,
    async giveUp(path) {
      for (const { id, state } of of(path)) {
        if (state === 'open') await uploads.abort(id, call).catch(ignoreClosed);
      }
    },
  };
}

/** The continued upload has been completed. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof APIError && error.code === 'upload_closed')) throw error;
}
