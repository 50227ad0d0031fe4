import { complaint, deref, type Operation, type Schema } from './document.ts';

export interface Sent {
  readonly path: Record<string, string>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Record<string, string>;
  readonly payload: Buffer | undefined;
}

export interface Received {
  readonly status: number;
  readonly type: string;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

const PROBLEM: Schema = { $ref: '#/components/schemas/Problem' };

const mediaType = (header: string): string => header.split(';')[0]!.trim().toLowerCase();

/** Returns why a request violates the document; undefined if it does not. */
export function faultOf(operation: Operation, sent: Sent): string | undefined {
  for (const parameter of operation.parameters) {
    const { name, schema } = parameter;
    const values =
      parameter.in === 'query'
        ? sent.query.filter(([key]) => key === name).map(([, value]) => value)
        : [parameter.in === 'path' ? sent.path[name] : sent.headers[name.toLowerCase()]].filter(
            (value) => value !== undefined,
          );
    if (values.length === 0 && parameter.required) return `${parameter.in} ${name} is required`;
    if (values.length > 1) return `${parameter.in} ${name} is given ${values.length} times`;
    for (const value of values) {
      const wrong = complaint(schema, coerced(value, deref(schema) as Schema));
      if (wrong) return `${parameter.in} ${name}: ${wrong}`;
    }
  }
  const known = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const unknown = sent.query.find(([name]) => !known.includes(name));
  if (unknown) return `query ${unknown[0]} is unknown`;
  return bodyFault(operation, sent);
}

function coerced(text: string, { type }: Schema): unknown {
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text))
    return Number(text);
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true';
  return text;
}

function bodyFault({ body }: Operation, { headers, payload }: Sent): string | undefined {
  if (body === undefined || body.content['application/octet-stream']) return undefined;
  if (payload === undefined || payload.length === 0) return body.required ? 'a body is required' : undefined;
  const media = body.content[mediaType(headers['content-type'] ?? '')];
  if (media === undefined) return `the type ${headers['content-type']} is not one of the operation's`;
  try {
    // A parser may ignore a byte order mark (RFC 8259, 8.1), and the server does.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    return complaint(media.schema, JSON.parse(text));
  } catch (error) {
    return `no JSON: ${(error as Error).message}`;
  }
}

/** Returns why an answer violates the document; undefined if it does not. */
export function misanswer(
  operation: Operation,
  { status, type, headers, text }: Received,
): string | undefined {
  if (headers['x-request-id'] === undefined) return 'no request id';
  if (status >= 500) return 'the server failed';
  const isProblem = mediaType(type) === 'application/problem+json';
  if (status >= 400) {
    if (!isProblem) return `an error of type ${type}`;
    const problem = JSON.parse(text);
    const wrong = complaint(PROBLEM, problem);
    if (wrong) return `problem ${wrong}`;
    if (problem.status !== status) return `the problem says ${problem.status}`;
    // The path no longer matches this operation, for example with an empty parameter.
    if (problem.code === 'no_such_route') return undefined;
  }
  const response = operation.responses[String(status)];
  if (response === undefined) return 'the status is not documented';
  const content = deref(response).content;
  if (content === undefined) return text === '' ? undefined : 'content where none is documented';
  const json = content['application/json'];
  if (status >= 400) return undefined;
  if (json === undefined)
    return text === '' || '*/*' in content || mediaType(type) in content
      ? undefined
      : `content of type ${type}, where ${Object.keys(content).join(', ')} are documented`;
  if (mediaType(type) !== 'application/json') return `JSON as ${type}`;
  return complaint(json.schema, JSON.parse(text));
}
