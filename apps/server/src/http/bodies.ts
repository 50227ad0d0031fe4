import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { HttpProblem } from './problem.ts';

const MERGE_PATCH = 'application/merge-patch+json';

/** JSON comes in whole, as bytes; the content of a file is left in the stream for the verb to read. */
export function contentParsers(app: FastifyInstance, { settings }: Context): void {
  app.removeAllContentTypeParsers();
  const json = ['application/json', MERGE_PATCH];
  app.addContentTypeParser(json, (request: FastifyRequest, payload, done) => {
    if (isFile(request)) done(null, undefined);
    else if (
      request.method !== 'PATCH' &&
      request.headers['content-type']?.toLowerCase().startsWith(MERGE_PATCH)
    )
      done(unsupported(request));
    else readWhole(payload, settings.bodyLimit, settings.bodyTimeout).then((body) => done(null, body), done);
  });
  app.addContentTypeParser('*', (request, payload, done) => {
    if (isFile(request)) return done(null, undefined);
    // A body without content is no body, whatever type it is said to have.
    if (request.headers['content-length'] === '0') {
      payload.resume();
      return done(null, undefined);
    }
    done(unsupported(request));
  });
}

const unsupported = ({ headers }: FastifyRequest): HttpProblem =>
  new HttpProblem(
    'unsupported_media_type',
    `The body must be application/json, not ${headers['content-type'] ?? 'without a type'}.`,
  );

const isFile = (request: FastifyRequest): boolean => request.routeOptions.config.route?.body === 'bytes';

/** The bytes of a body: 413 where they are too many, 400 where they stop coming. */
async function readWhole(
  payload: NodeJS.ReadableStream & { destroy?(): void },
  limit: number,
  timeout: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(new HttpProblem('malformed', `The body did not arrive within ${timeout} ms.`)),
      timeout,
    );
    const fail = (error: Error) => {
      clearTimeout(timer);
      payload.removeListener('data', onData);
      payload.resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(new HttpProblem('too_large', `A body has at most ${limit} bytes here.`));
      else chunks.push(chunk);
    };
    payload.on('data', onData);
    payload.once('error', () => fail(new HttpProblem('malformed', 'The body was cut off.')));
    payload.once('end', () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    });
  });
}
