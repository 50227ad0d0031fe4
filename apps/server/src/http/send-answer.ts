import type { Route } from '@modelbox/schema';
import type { FastifyReply } from 'fastify';
import type { Context } from '../protocol/context.ts';
import type { Answered } from '../protocol/verb.ts';
import { encoder, isPage, pageEncoder } from './encode.ts';
import type { EncodedAnswer } from './response-cache.ts';

type Encode = (answer: Answered) => string | Promise<string | Buffer>;

/** Encodes an answer by the schema of its status. An answer without a schema is a bug of the server. */
export function answerEncoder({ settings }: Context, route: Route): Encode {
  const encoders = new Map<number, Encode>();
  for (const [status, schema] of Object.entries(route.answers)) {
    if (typeof schema === 'string') continue;
    const encode = isPage(schema) ? pageEncoder(schema) : encoder(schema);
    encoders.set(Number(status), ({ body }) => {
      if (settings.checkAnswers) schema.parse(body);
      return encode(body);
    });
  }
  return (answer) => {
    const encode = encoders.get(answer.status);
    if (encode === undefined)
      throw new Error(`${route.id} answers ${answer.status}, which the contract does not know`);
    return encode(answer);
  };
}

export const isRaw = (body: unknown): body is string | Buffer =>
  typeof body === 'string' || Buffer.isBuffer(body);

export function sendRaw(reply: FastifyReply, answer: Answered): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {});
  return reply.send(answer.stream ?? answer.body);
}

export function sendJson(reply: FastifyReply, { body, etag }: EncodedAnswer): FastifyReply {
  if (etag !== undefined) reply.header('etag', etag);
  return reply.header('content-type', 'application/json; charset=utf-8').send(body);
}
