import { APIError } from '../core/api-error.ts';
import { ModelBoxError } from '../core/errors.ts';
import type { CallOptions } from '../core/options.ts';
import type { Resources } from '../generated/resources.ts';
import type { Upload } from '../generated/schemas.ts';

/** The uploads in parts to a version that earlier calls have begun. */
export interface EarlierUploads {
  /** Those of a path, newest first. */
  of(path: string): readonly Upload[];
  /** Gives up those that are open still: the file has arrived otherwise, and they would be in the way of `finalize`. */
  giveUp(path: string): Promise<void>;
}

/** Throws where one is open that is not to be pushed. */
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

/** The one that was gone on with has been completed. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof APIError && error.code === 'upload_closed')) throw error;
}
