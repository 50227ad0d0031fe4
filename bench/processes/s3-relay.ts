// Bare Node HTTP and the AWS client: hashes what it receives, and forwards it to an S3 server.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { type S3Location, s3Client } from '../support/s3.ts';
import { listen } from './http.ts';
import { serveParent } from './parent.ts';

const PART = 8 * 2 ** 20;
const IN_FLIGHT = 4;

serveParent(async (location: S3Location) => {
  const client = s3Client(location);
  const to = { Bucket: location.bucket, Key: 'relayed' };

  async function whole(request: IncomingMessage): Promise<string> {
    const hash = createHash('sha256');
    const Body = request.pipe(
      new Transform({
        transform: (chunk: Buffer, _encoding, done) => {
          hash.update(chunk);
          done(null, chunk);
        },
      }),
    );
    await client.send(
      new PutObjectCommand({ ...to, Body, ContentLength: Number(request.headers['content-length']) }),
    );
    return hash.digest('hex');
  }

  async function inParts(request: IncomingMessage): Promise<string> {
    const hash = createHash('sha256');
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    const inFlight = new Set<Promise<void>>();
    let count = 0;
    const send = async (chunks: Buffer[]) => {
      if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
      const PartNumber = ++count;
      const command = new UploadPartCommand({ ...to, UploadId, PartNumber, Body: Buffer.concat(chunks) });
      const sending = client.send(command).then(({ ETag }) => {
        parts.push({ PartNumber, ETag });
        inFlight.delete(sending);
      });
      inFlight.add(sending);
    };
    let chunks: Buffer[] = [];
    let gathered = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk);
      chunks.push(chunk);
      gathered += chunk.length;
      if (gathered < PART) continue;
      await send(chunks);
      chunks = [];
      gathered = 0;
    }
    if (gathered > 0) await send(chunks);
    await Promise.all(inFlight);
    parts.sort((a, b) => a.PartNumber - b.PartNumber);
    await client.send(
      new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload: { Parts: parts } }),
    );
    return hash.digest('hex');
  }

  return {
    url: await listen(async (request, response) => {
      const answer = await (request.url === '/parts' ? inParts(request) : whole(request));
      response.setHeader('content-length', answer.length);
      response.end(answer);
    }),
  };
});
