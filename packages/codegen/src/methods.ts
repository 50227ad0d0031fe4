import { queryTypeName } from './names.ts';
import type { Operation } from './operations.ts';
import { docComment, listing } from './text.ts';
import { hasQueryType } from './types.ts';

/** A client method, and the names that it imports from the generated types and the core. */
export interface Method {
  readonly text: string;
  readonly types: readonly string[];
  readonly core: readonly string[];
}

/** Generates the method of an operation. Path parameters and required query parameters are positional. */
export function emitMethod(operation: Operation): Method {
  const { answer, call, options } = shape(operation);
  const required = operation.query.filter((parameter) => parameter.required).map(({ name }) => name);
  const types: string[] = [];
  const parameters = [...operation.pathParameters.map(({ name }) => name), ...required].map(
    (name) => `${name}: string`,
  );

  if (operation.body.form === 'json') {
    parameters.push(`body${operation.body.required ? '' : '?'}: ${operation.body.type}`);
    types.push(operation.body.type);
  }
  if (operation.body.form === 'bytes') parameters.push('source: UploadSource');
  const query = hasQueryType(operation) ? queryTypeName(operation.id) : undefined;
  if (query) types.push(query);
  // Query parameters of uploads and downloads are options. Elsewhere they are one argument.
  const isContent = operation.body.form === 'bytes' || operation.result.form === 'bytes';
  const merged = query !== undefined && isContent;
  if (query && !merged) parameters.push(`query?: ${query}`);
  parameters.push(`options?: ${merged ? `${options} & ${query}` : options}`);
  if ('type' in operation.result && /^\w+$/.test(operation.result.type)) types.push(operation.result.type);

  const name = operation.id.slice(operation.id.lastIndexOf('.') + 1);
  const head = listing('  ', `${name}(`, parameters, `): ${answer.type} {`);
  const body = listing(
    '    ',
    `return this.http.${call}({`,
    callFields(operation, call, required, query, merged),
    '});',
    ' ',
  );
  return {
    text: `${comment(operation)}${head}\n${body}\n  }\n`,
    types,
    core: [answer.name, options, ...(operation.body.form === 'bytes' ? ['UploadSource'] : [])],
  };
}

/** The return type, the core function and the options type of the method. */
function shape({ body, result, takesIfMatch, takesIdempotencyKey }: Operation) {
  const write = takesIdempotencyKey ? 'WriteOptions' : 'CallOptions';
  const options = takesIfMatch ? 'ConditionalOptions' : write;
  if (body.form === 'bytes') {
    const type = 'type' in result ? result.type : 'File';
    const answer = promise('APIPromise', type);
    // A file can be sent in parts; a part cannot.
    if (type === 'File') return { answer, call: 'uploadFile', options: 'FileUploadOptions' };
    return { answer, call: `upload<${type}>`, options: 'UploadOptions' };
  }
  if (result.form === 'bytes')
    return {
      answer: { name: 'DownloadPromise', type: 'DownloadPromise' },
      call: 'download',
      options: 'DownloadOptions',
    };
  if (result.form === 'page')
    return { answer: promise('PagePromise', result.type), call: `list<${result.type}>`, options };
  if (result.form === 'json')
    return { answer: promise('APIPromise', result.type), call: `send<${result.type}>`, options };
  const type = result.form === 'text' ? 'string' : 'void';
  return { answer: promise('APIPromise', type), call: `send<${type}>`, options };
}

const promise = (name: string, of: string) => ({ name, type: `${name}<${of}>` });

function callFields(
  operation: Operation,
  call: string,
  required: readonly string[],
  query: string | undefined,
  merged: boolean,
) {
  const { method, body, result, alsoAnswers, path, pathParameters } = operation;
  const address = pathParameters.length > 0 ? `url\`${path.replaceAll('{', '${')}\`` : `'${path}'`;
  const plain = result.form !== 'page' && result.form !== 'bytes' && body.form !== 'bytes';
  const fields = [...(plain ? [`method: '${method}'`] : []), `url: ${address}`];
  const sent = queryField(operation, required, query, merged);
  if (sent !== undefined) fields.push(sent);
  if (body.form === 'json') fields.push('body');
  if (call === 'uploadFile') fields.push(`to: { ${pathParameters.map(({ name }) => name).join(', ')} }`);
  if (body.form === 'bytes') fields.push('source');
  if (result.form === 'text') fields.push("as: 'text'");
  if (alsoAnswers.length > 0) fields.push(`alsoAnswers: [${alsoAnswers.join(', ')}]`);
  return [...fields, 'options'];
}

function queryField(
  operation: Operation,
  required: readonly string[],
  query: string | undefined,
  merged: boolean,
): string | undefined {
  if (required.length > 0) return `query: { ${[...required, ...(query ? ['...query'] : [])].join(', ')} }`;
  if (merged)
    return `query: { ${operation.query.map(({ name }) => `${name}: options?.${name}`).join(', ')} }`;
  return query ? 'query' : undefined;
}

function comment({ summary, description }: Operation): string {
  const more = description === `${summary}.` ? [] : [description];
  return docComment([`${summary}.`, ...more], '  ');
}
