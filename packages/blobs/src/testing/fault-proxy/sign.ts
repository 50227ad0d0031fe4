import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Signable {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** The time of a signature and, for a signed URL, its lifetime in seconds. Undefined for an unsigned request. */
export function signedAt({ url, headers }: Signable): { at: Date; expiresIn?: number } | undefined {
  const { searchParams } = new URL(url, 'http://s3');
  const date = searchParams.get('X-Amz-Date') ?? headers['x-amz-date'];
  if (typeof date !== 'string') return undefined;
  const at = new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const expires = searchParams.get('X-Amz-Expires');
  return { at, ...(expires !== null && { expiresIn: Number(expires) }) };
}

/** Signs the request again for the current time, in its headers (AWS Signature Version 4). */
export function signAnew(request: Signable, credentials: S3Credentials): Signable {
  const { method, headers } = request;
  const [path = '', query = ''] = request.url.split('?');
  const parameters = query.split('&').filter((pair) => pair !== '');
  const kept = parameters.filter((pair) => !pair.startsWith('X-Amz-'));
  const signed = new URLSearchParams(query).get('X-Amz-SignedHeaders');
  const [, inHeader] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const names = new Set((signed ?? inHeader ?? 'host').split(';'));
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const all: IncomingHttpHeaders = {
    ...headers,
    'x-amz-date': date,
    'x-amz-content-sha256': headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD',
  };
  const sorted = [...names.add('x-amz-date').add('x-amz-content-sha256')].sort();
  const canonical = [
    method,
    path,
    kept
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .sort()
      .join('&'),
    ...sorted.map((name) => `${name}:${String(all[name] ?? '').trim()}`),
    '',
    sorted.join(';'),
    all['x-amz-content-sha256'],
  ].join('\n');
  const day = date.slice(0, 8);
  const scope = `${day}/us-east-1/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')];
  const hmac = (key: string | Buffer, value: string) => createHmac('sha256', key).update(value).digest();
  const ofDay = hmac(`AWS4${credentials.secretAccessKey}`, day);
  const key = hmac(hmac(hmac(ofDay, 'us-east-1'), 's3'), 'aws4_request');
  const signature = hmac(key, text.join('\n')).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credential}, ` +
    `SignedHeaders=${sorted.join(';')}, Signature=${signature}`;
  return {
    method,
    url: kept.length > 0 ? `${path}?${kept.join('&')}` : path,
    headers: { ...all, authorization },
  };
}
