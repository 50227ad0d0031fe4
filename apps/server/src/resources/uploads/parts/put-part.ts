import type { Readable } from 'node:stream';
import { BlobNotFound, type BlobPart, checkedAtEnd, type PartContent } from '@modelbox/blobs';
import type { RequestContext } from '../../../protocol/context.ts';
import { ClientGone } from '../../../protocol/errors.ts';
import { whileFlowing } from '../../../protocol/http/flow.ts';
import { invalidField } from '../../../protocol/problem.ts';
import type { Verb } from '../../../protocol/verb.ts';
import { demandAsItIs } from '../../files/content/as-it-is.ts';
import { checkedContent, type ExpectedContent, expectedContent } from '../../files/content/digests.ts';
import { closedMeanwhile, demandOpen, notePresent } from '../closed.ts';
import { whileInUse } from '../in-use.ts';
import { uploadRow } from '../read.ts';
import type { UploadRow } from '../rows.ts';
import { sizeOfPart, toPart } from './parts.ts';

/** Streams one part to the store, which verifies it before it accepts it. */
export const putPart: Verb<'uploads.parts.put'> = async (ctx, { params, headers, body, touched }) => {
  const upload = await uploadRow(ctx, touched.upload);
  demandOpen(upload);
  const number = Number(params.part);
  demandAsItIs(headers);
  const content = announced(upload, number, headers);
  const part = await whileInUse(ctx, upload, () =>
    ctx.telemetry.upload(() => receive(ctx, upload, number, body, content)),
  );
  await notePresent(ctx, upload);
  return { status: 200, body: toPart(part) };
};

type AnnouncedPart = PartContent & ExpectedContent;

function announced(
  upload: UploadRow,
  number: number,
  headers: Readonly<Record<string, string | undefined>>,
): AnnouncedPart {
  for (const name of ['if-match', 'if-none-match']) {
    if (headers[name] !== undefined)
      throw invalidField(
        'header',
        `/${name}`,
        'is not allowed for a part: a part replaces an earlier one with the same number',
      );
  }
  const part = sizeOfPart(upload, number);
  if ('message' in part) throw invalidField('path', '/part', part.message);
  const { sizeBytes, sha256, others } = expectedContent(headers);
  if (sizeBytes !== part.sizeBytes) {
    const what = sizeBytes === undefined ? 'is required' : `is ${sizeBytes}`;
    throw invalidField(
      'header',
      '/content-length',
      `${what}; part ${number} must have ${part.sizeBytes} bytes`,
    );
  }
  if (sha256 === undefined) {
    const message = 'is required; send the SHA-256 of the part as `sha-256=:<base64>:`';
    throw invalidField('header', '/content-digest', message);
  }
  return { sizeBytes, sha256, others };
}

async function receive(
  ctx: RequestContext,
  upload: UploadRow,
  number: number,
  body: Readable,
  content: AnnouncedPart,
): Promise<BlobPart> {
  const source = checkedAtEnd(checkedContent(body, content), ctx.demandStillAllowed);
  try {
    return await whileFlowing(body, ctx.settings.bodyTimeout, (stalled) =>
      ctx.blobs.multipart.put(upload, number, source, content, {
        signal: AbortSignal.any([ctx.signal, stalled]),
      }),
    );
  } catch (error) {
    if (error instanceof BlobNotFound) throw await closedMeanwhile(ctx, upload);
    // A broken connection appears as an error of the stream, not of the store.
    if (body.errored) throw new ClientGone();
    throw error;
  }
}
