import type { IncomingMessage } from 'node:http';
import type { Route } from '@modelbox/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checker, claimsIn, demandNoTrailers } from '../protocol/http/digests.ts';
import { askForBody } from '../protocol/http/flow.ts';
import { type SizeCheck, sizeCheck } from '../protocol/json-size.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Settings } from '../protocol/settings.ts';
import { validate } from '../protocol/validate.ts';
import { turnOf } from './body-turns.ts';
import { parseJson } from './json.ts';

const JSON_TYPE = 'application/json';
const MERGE_PATCH = 'application/merge-patch+json';

const WITH_BODY = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * Keeps Fastify from parsing bodies. Its parsers refuse a media type before the caller is authenticated, then close the
 * connection: a client that still sends would lose the answer.
 */
export function leaveBodies(app: FastifyInstance): void {
  for (const method of WITH_BODY) app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
}

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+[ \t]*(?:;.*)?$/;

/** Returns type and subtype in lower case, without parameters. Undefined if the header is missing. */
function mediaType({ headers }: IncomingMessage): string | undefined {
  const type = headers['content-type']?.trim();
  if (type === undefined) return undefined;
  if (!MEDIA_TYPE.test(type))
    throw new HttpProblem(
      'unsupported_media_type',
      `The Content-Type is not a media type: ${type}. Send a media type such as application/json.`,
    );
  return type.split(';', 1)[0]?.trim().toLowerCase();
}

/**
 * Refuses a form if the body must be the content itself: the server would store the form's wrapping. curl and Python
 * send any bytes as a bare `application/x-www-form-urlencoded`, but browsers add a charset to the forms that they
 * encode.
 * @throws HttpProblem unsupported_media_type: 415
 */
function demandNoForm(body: IncomingMessage): void {
  const type = mediaType(body);
  const isForm =
    type?.startsWith('multipart/') ||
    (type === 'application/x-www-form-urlencoded' &&
      /;\s*charset=/i.test(body.headers['content-type'] ?? ''));
  if (!isForm) return;
  throw new HttpProblem(
    'unsupported_media_type',
    `The body must be the bytes of the file alone, not a form (${type}): the form would be stored as the file. ` +
      "Send it with `curl -T file URL`, `requests.put(url, data=open(file, 'rb'))` or `fetch(url, " +
      "{ method: 'PUT', body: file })`.",
  );
}

/** @throws HttpProblem unsupported_media_type: 415 */
function demandJson(body: IncomingMessage): void {
  const type = mediaType(body);
  const isPatch = body.method === 'PATCH';
  if (type === JSON_TYPE || (isPatch && type === MERGE_PATCH)) return;
  const known = isPatch ? `${JSON_TYPE} or ${MERGE_PATCH}` : JSON_TYPE;
  const hint = type?.startsWith('multipart/') ? ' To upload a file, PUT it to its path as the body.' : '';
  throw new HttpProblem(
    'unsupported_media_type',
    `The body must be ${known}, not ${type ?? 'a body without a Content-Type'}.${hint}`,
  );
}

/** Whether a request says that it has a body. */
export const hasBody = ({ raw: { headers } }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * Reads a JSON body whole. Undefined if the request has no body.
 * @throws HttpProblem unsupported_media_type: 415; too_large: 413; malformed: 400
 */
async function jsonBytes(
  route: Route,
  request: FastifyRequest,
  { bodyLimit, bodyTimeout }: Settings,
): Promise<Buffer | undefined> {
  if (!hasBody(request)) return undefined;
  const { raw } = request;
  if (route.body !== undefined) demandJson(raw);
  return readWhole(raw, bodyLimit, bodyTimeout, route.body === undefined ? undefined : sizeCheck());
}

/**
 * @throws HttpProblem too_large: 413 if the body is or will be too large; invalid: 422 if the check refuses it;
 *   malformed: 400 if it stops arriving
 */
function readWhole(
  body: IncomingMessage,
  limit: number,
  timeout: number,
  check: SizeCheck | undefined,
): Promise<Buffer> {
  const tooLarge = () =>
    new HttpProblem(
      'too_large',
      `The body is larger than the ${limit} bytes that this server allows (MODELBOX_BODY_LIMIT).`,
    );
  if (Number(body.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge());
  const cutOff = () => new HttpProblem('malformed', 'The connection closed before the whole body arrived.');
  // The client may have gone while the server authenticated it.
  if (body.destroyed) return Promise.reject(cutOff());
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      body.removeListener('data', onData);
      reject(error);
    };
    const timer = setTimeout(
      () =>
        fail(
          new HttpProblem(
            'malformed',
            `The body did not arrive within ${timeout} ms (MODELBOX_BODY_TIMEOUT). Send it faster, or in ` +
              'smaller requests.',
          ),
        ),
      timeout,
    );
    const attempt = (step: () => void): boolean => {
      try {
        step();
        return true;
      } catch (error) {
        // Nobody needs the pieces any more.
        chunks.length = 0;
        fail(error as Error);
        return false;
      }
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) return fail(tooLarge());
      chunks.push(chunk);
      attempt(() => check?.push(chunk));
    };
    body.on('data', onData);
    body.once('error', () => fail(cutOff()));
    body.once('end', () => {
      clearTimeout(timer);
      if (!attempt(() => check?.finish())) return;
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    askForBody(body);
  });
}

async function checkedBytes(
  route: Route,
  request: FastifyRequest,
  settings: Settings,
): Promise<Buffer | undefined> {
  // The body of a GET has no meaning (RFC 9110, 9.3.1).
  if (route.method === 'GET') return undefined;
  const claims = claimsIn(request.headers);
  const bytes = await jsonBytes(route, request, settings);
  demandNoTrailers(request.raw);
  if (claims.length > 0) {
    const check = checker(claims);
    if (bytes !== undefined) check.update(bytes);
    check.finish();
  }
  return bytes;
}

/**
 * Reads the body after the caller was authorized on the path. Leaves the content of a file to the verb.
 * @param caller name of the sender: the large bodies of one caller are read in turn.
 */
export async function readBody(
  route: Route,
  request: FastifyRequest,
  { settings, caller }: { settings: Settings; caller: string },
): Promise<unknown> {
  if (route.body === 'bytes') {
    demandNoForm(request.raw);
    return request.raw;
  }
  const turn = await turnOf(request.raw, caller, settings);
  try {
    const bytes = await checkedBytes(route, request, settings);
    const parse = () => parseBody(route, bytes);
    return turn === undefined ? parse() : await turn.parse(parse);
  } finally {
    turn?.leave();
  }
}

function parseBody(route: Route, bytes: Buffer | undefined): unknown {
  if (route.body === undefined) {
    if (bytes !== undefined && bytes.length > 0)
      throw new HttpProblem('malformed', 'This route takes no body. Send the request without a body.');
    return undefined;
  }
  if (bytes === undefined || bytes.length === 0) {
    if (route.bodyOptional) return {};
    throw new HttpProblem('malformed', 'The request has no body. Send a JSON body.');
  }
  return validate(route.body as Exclude<Route['body'], 'bytes' | undefined>, parseJson(bytes), 'body');
}
