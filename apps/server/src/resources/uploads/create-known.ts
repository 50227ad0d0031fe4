import type { OwnerKind, UploadCreate } from '@modelbox/schema';
import { checkForReference } from '../../content/copies/check.ts';
import { newId } from '../../core/names/ids.ts';
import { write } from '../../core/writes/write.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { invalidField } from '../../protocol/problem.ts';
import type { Receipt } from '../../protocol/verb.ts';
import { mediaTypeOf } from '../files/content/media-type.ts';
import { insertKnown, pinBlobs } from '../files/known.ts';
import { lockPath } from '../files/lock-path.ts';
import { defaultRole } from '../files/tracked.ts';

interface Plan {
  readonly path: string;
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
}

/**
 * Creates an upload that is complete at once, because its content is stored and the caller may read it. Undefined if
 * the content was swept or found damaged since the authorization: then the client must send it.
 */
export async function createKnown(
  ctx: RequestContext,
  { kind, object }: { kind: OwnerKind; object: Located },
  { path, ...sizes }: Plan,
  body: UploadCreate & { sha256: string },
): Promise<Receipt | undefined> {
  const { sha256 } = body;
  await checkForReference(ctx, [sha256]);
  try {
    return await write(ctx, async (tx) => {
      const there = await lockPath(tx, ctx, kind, object, path, 'body');
      const blob = (await pinBlobs(tx, [sha256])).get(sha256);
      if (blob === undefined) throw new Gone();
      if (blob.sizeBytes !== sizes.sizeBytes) {
        const message =
          'differs from the size of the stored content with this SHA-256, ' +
          `which has ${blob.sizeBytes} bytes`;
        throw invalidField('body', '/sizeBytes', message);
      }
      const id = newId(ctx);
      const role = body.role ?? (there?.role as UploadCreate['role']) ?? defaultRole(kind);
      await tx.upload.create({
        data: {
          id,
          objectKind: kind,
          objectId: object.id,
          namespaceId: object.namespaceId,
          path,
          role,
          mediaType: mediaTypeOf(body.mediaType),
          ...sizes,
          sha256,
          // The store has no data of this upload, so the key is never used.
          ...{ key: id, token: '' },
          state: 'complete',
          createdBy: ctx.actor.name,
          createdAt: ctx.now(),
          updatedAt: ctx.now(),
          cleanedAt: ctx.now(),
        },
      });
      const file = { path, blob, role, mediaType: body.mediaType };
      await insertKnown(tx, ctx, kind, object, [file], there === null ? [] : [there]);
      return { status: 201, object: { kind: 'upload', id } };
    });
  } catch (error) {
    if (error instanceof Gone) return undefined;
    throw error;
  }
}

/** Thrown to roll back a transaction whose content is gone. */
class Gone extends Error {}
