import type { FieldError, SignedPart } from '@modelbox/schema';
import { HttpProblem, invalid } from '../../../protocol/problem.ts';
import type { Verb } from '../../../protocol/verb.ts';
import { demandOpen } from '../closed.ts';
import { whileInUse } from '../in-use.ts';
import { uploadRow } from '../read.ts';
import { sizeOfPart } from './parts.ts';

/** Seconds in which a client must begin to send a signed part: a thousand large parts take long. */
const EXPIRES_IN = 6 * 3600;

/**
 * Signs requests that send parts directly to the store. Each signature is valid for one content of one part only, so a
 * leaked one does no harm.
 */
export const signParts: Verb<'uploads.parts.sign'> = async (ctx, { body, touched }) => {
  const upload = await uploadRow(ctx, touched.upload);
  demandOpen(upload);
  const { sign } = ctx.blobs.multipart;
  if (sign === undefined)
    throw new HttpProblem(
      'no_direct_upload',
      'The file store does not accept parts directly. Send the parts to the server.',
    );
  const errors: FieldError[] = [];
  const contents = body.parts.map(({ part, sha256 }, index) => {
    const size = sizeOfPart(upload, part);
    if ('message' in size)
      errors.push({ in: 'body', pointer: `/parts/${index}/part`, message: size.message });
    return { part, content: { sizeBytes: 'message' in size ? 0 : size.sizeBytes, sha256 } };
  });
  if (errors.length > 0) throw invalid(errors);
  const expiresAt = new Date(ctx.now().getTime() + EXPIRES_IN * 1000).toISOString();
  const items = await whileInUse(ctx, upload, () =>
    Promise.all(
      contents.map(async ({ part, content }): Promise<SignedPart> => {
        const { url, headers } = await sign(upload, part, content, { expiresIn: EXPIRES_IN });
        return { part, method: 'PUT', url, headers, expiresAt };
      }),
    ),
  );
  return { status: 200, body: { items } };
};
