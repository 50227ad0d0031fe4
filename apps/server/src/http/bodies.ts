import type { IncomingMessage } from 'node:http';
import type { Route } from '@modelbox/schema';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '../context.ts';
import { askForBody } from './flow.ts';
import { parseJson } from './json.ts';
import { HttpProblem } from './problem.ts';
import { validate } from './validate.ts';

const JSON_TYPE = 'application/json';
const MERGE_PATCH = 'application/merge-patch+json';

/** Looks at the type of a body only: none is read for whoever may not send it. */
export function contentParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([JSON_TYPE, MERGE_PATCH], (request: FastifyRequest, _payload, done) => {
    const isMisplaced = !isFile(request) && isMergePatch(request) && request.method !== 'PATCH';
    done(isMisplaced ? unsupported(request) : null, undefined);
  });
  app.addContentTypeParser('*', (request, _payload, done) => {
    // A body without content is no body, whatever type it is said to have.
    const isNone = isFile(request) || request.headers['content-length'] === '0';
    done(isNone ? null : unsupported(request), undefined);
  });
}

const isFile = (request: FastifyRequest): boolean => request.routeOptions.config.route?.body === 'bytes';

const isMergePatch = ({ headers }: FastifyRequest): boolean =>
  headers['content-type']?.toLowerCase().startsWith(MERGE_PATCH) ?? false;

function unsupported({ headers, method }: FastifyRequest): HttpProblem {
  const known = method === 'PATCH' ? `${JSON_TYPE} or ${MERGE_PATCH}` : JSON_TYPE;
  return new HttpProblem(
    'unsupported_media_type',
    `The body must be ${known}, not ${headers['content-type'] ?? 'without a type'}.`,
  );
}

/**
 * The body of a request to a route that takes JSON, or none: its bytes, as they come in whole. Undefined where there is none.
 * @throws HttpProblem too_large: 413; malformed: 400
 */
export async function jsonBytes(
  { method }: Route,
  { raw }: FastifyRequest,
  { bodyLimit, bodyTimeout }: Settings,
): Promise<Buffer | undefined> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = raw.headers;
  // That of a GET means nothing (RFC 9110, 9.3.1).
  if (method === 'GET' || (length === '0' && encoding === undefined)) return undefined;
  return readWhole(raw, bodyLimit, bodyTimeout);
}

/** The bytes of a body: 413 where they are or will be too many, 400 where they stop coming. */
function readWhole(body: IncomingMessage, limit: number, timeout: number): Promise<Buffer> {
  const tooLarge = () => new HttpProblem('too_large', `A body has at most ${limit} bytes here.`);
  if (Number(body.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge());
  const cutOff = () => new HttpProblem('malformed', 'The body was cut off.');
  // Who asks was found out first: meanwhile they may have gone.
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
      () => fail(new HttpProblem('malformed', `The body did not arrive within ${timeout} ms.`)),
      timeout,
    );
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(tooLarge());
      else chunks.push(chunk);
    };
    body.on('data', onData);
    body.once('error', () => fail(cutOff()));
    body.once('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
    askForBody(body);
  });
}

/** The body, when it is known that its sender may do what the path says. The content of a file is left for the verb to read. */
export async function readBody(route: Route, request: FastifyRequest, settings: Settings): Promise<unknown> {
  if (route.body === 'bytes') return request.raw;
  const bytes = await jsonBytes(route, request, settings);
  if (route.body === undefined) {
    if (bytes !== undefined && bytes.length > 0)
      throw new HttpProblem('malformed', 'This route takes no body.');
    return undefined;
  }
  if (bytes === undefined || bytes.length === 0) {
    if (route.bodyOptional) return {};
    throw new HttpProblem('malformed', 'The request has no body; JSON is expected.');
  }
  return validate(route.body, parseJson(bytes), 'body');
}
