import { type Content, digestOf, sha256Of } from './content.ts';
import { exchange } from './exchange.ts';
import type { Entry, Ledger, OpenUpload } from './ledger.ts';
import { PART, type Way } from './plan.ts';
import { nameIn } from './reads.ts';

/* Uploads in parts, made of single requests. */

interface Target {
  readonly url: string;
  readonly ledger: Ledger;
}

const TRIES = 2;
/**
 * Milliseconds after which a sender gives up a part that it sends straight to S3: nobody there ends a stalled request.
 */
export const DIRECT_PATIENCE = 3_000;

const partNumbers = ({ sizeBytes }: Content): number[] =>
  Array.from({ length: Math.ceil(sizeBytes / PART) }, (_, index) => index + 1);

/** Starts an upload. Undefined if that failed, or if the server already has the content. */
export async function beginUpload(
  { url, ledger }: Target,
  experiment: string,
  entry: Entry,
  content: Content,
  isAnnounced: boolean,
): Promise<OpenUpload | undefined> {
  entry.touches += 1;
  const answer = await exchange('POST', `${url}/v1/uploads`, {
    experiment,
    path: nameIn(entry),
    sizeBytes: content.sizeBytes,
    partSizeBytes: PART,
    ...(isAnnounced && { sha256: content.sha256 }),
  });
  const isBegun = ledger.judge('begin upload', answer, ['201']);
  // Content with a known hash becomes the file at once.
  const isKnown = isBegun && answer.body.state === 'complete';
  if (isKnown || (!isBegun && isAnnounced)) ledger.wrote(entry, content.sha256, isKnown);
  if (isKnown || !isBegun) return undefined;
  const upload = { id: answer.body.id, entry, content, touches: entry.touches, isOver: false };
  ledger.uploads.push(upload);
  return upload;
}

/**
 * Records the uploads that the typed client left behind. Their files may still be verified, and an open one is finished
 * at the end of the phase.
 */
export async function adoptUploads(
  { url, ledger }: Target,
  experiment: string,
  entry: Entry,
  content: Content,
): Promise<void> {
  const answer = await exchange('GET', `${url}/v1/uploads?experiment=${experiment}&limit=1000`);
  if (!ledger.judge('list uploads', answer, ['200'])) return;
  const known = new Set(ledger.uploads.map(({ id }) => id));
  for (const { id, path, sizeBytes, state } of answer.body.items) {
    const isOurs = path === nameIn(entry) && sizeBytes === content.sizeBytes && !known.has(id);
    if (isOurs && ['open', 'verifying', 'failed'].includes(state))
      ledger.uploads.push({ id, entry, content, touches: entry.touches, isOver: false });
  }
}

/** @returns whether every part succeeded. */
export async function sendParts(target: Target, upload: OpenUpload, way: Way): Promise<boolean> {
  const parts = partNumbers(upload.content);
  return (await Promise.all(parts.map((part) => sendPart(target, upload, part, way)))).every(Boolean);
}

export async function sendPart(
  target: Target,
  upload: OpenUpload,
  part: number,
  way: Way = 'server',
): Promise<boolean> {
  const bytes = upload.content.bytes().subarray((part - 1) * PART, part * PART);
  const base = `${target.url}/v1/uploads/${upload.id}/parts`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (way === 'presigned' && (await sendSigned(target, base, part, bytes))) return true;
    const answer = await exchange('PUT', `${base}/${part}`, bytes, { 'content-digest': digestOf(bytes) });
    if (target.ledger.judge('send part', answer, ['200'])) return true;
  }
  return false;
}

async function sendSigned({ ledger }: Target, base: string, part: number, bytes: Buffer): Promise<boolean> {
  const signed = await exchange('POST', `${base}/sign`, { parts: [{ part, sha256: sha256Of(bytes) }] });
  if (!ledger.judge('sign part', signed, ['200', '409 no_direct_upload'])) return false;
  const { url, headers } = signed.body.items[0];
  // S3 itself, or the fault, answers this request.
  const { status } = await exchange('PUT', url, bytes, headers, DIRECT_PATIENCE);
  ledger.count(`send part to S3 ${status}`);
  return status === 200;
}

export async function completeUpload(
  { url, ledger }: Target,
  upload: OpenUpload,
  hasAllParts: boolean,
): Promise<void> {
  const allowed = ['200', ...(hasAllParts ? [] : ['409 parts_missing'])];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await exchange('POST', `${url}/v1/uploads/${upload.id}/complete`);
    const isDone = ledger.judge('complete upload', answer, allowed);
    if (answer.status !== 409) ledger.wrote(upload.entry, upload.content.sha256, isDone);
    if (isDone || answer.status === 409) return;
  }
}

export async function finishUpload(target: Target, upload: OpenUpload): Promise<void> {
  const { url, ledger } = target;
  const { id, entry, content } = upload;
  const { status, body } = await exchange('GET', `${url}/v1/uploads/${id}`);
  if (status !== 200) return ledger.problem(`upload ${id}: ${status} ${body?.detail}`);
  const isReplaced = entry.touches > upload.touches;
  if (body.state === 'open' && isReplaced) {
    upload.isOver = true;
    ledger.judge('abort upload', await exchange('DELETE', `${url}/v1/uploads/${id}`), ['204']);
  } else if (body.state === 'open') {
    const parts = await exchange('GET', `${url}/v1/uploads/${id}/parts`);
    if (!ledger.judge('list parts', parts, ['200'])) return;
    const there = new Set(parts.body.items.map(({ part }: { part: number }) => part));
    for (const part of partNumbers(content)) if (!there.has(part)) await sendPart(target, upload, part);
    await completeUpload(target, upload, true);
  } else if (body.state !== 'verifying') {
    upload.isOver = true;
    if (body.state !== 'complete' && !(body.state === 'aborted' && isReplaced))
      ledger.problem(`upload ${id} to ${entry.path} is ${body.state}: ${body.failure}`);
  }
}
