import type { Problem } from '../generated/schemas.ts';
import type { APIError, ErrorAnswer } from './api-error.ts';
import { retryAfterMs } from './retry.ts';
import { statusError } from './status-errors.ts';

/** Reads the error of an answer. `request` names the request in the message: `GET http://…/v1/models`. */
export async function readError(request: string, response: Response): Promise<APIError> {
  const body = parse(await response.text());
  const problem = isProblem(body) ? body : undefined;
  const answer: ErrorAnswer = {
    status: response.status,
    requestId: problem?.requestId ?? response.headers.get('x-request-id') ?? undefined,
    problem,
    body,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()),
  };
  return statusError(problem ? sentence(problem) : `${request} was answered with ${response.status}`, answer);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;

/** Example: `422 invalid: … (body/name: must be a name)`. */
function sentence({ status, code, detail, errors = [] }: Problem): string {
  const fields = errors.map((error) => `${error.in}${error.pointer}: ${error.message}`);
  return `${status} ${code}: ${detail}${fields.length > 0 ? ` (${fields.join('; ')})` : ''}`;
}
