import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestProject } from 'vitest/node';
import { type Ceph, type Gateway, startCeph } from './ceph.ts';
import { installCeph } from './ceph-install.ts';
import type { TestS3 } from './index.ts';
import { externalS3 } from './s3-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL at which test files request an S3 server. */
    modelboxTestS3: string;
  }
}

/**
 * One S3 server for all test files, started on the first request: the one of the environment
 * (`MODELBOX_TEST_S3_ENDPOINT`, `_ACCESS_KEY`, `_SECRET_KEY`), or a local Ceph.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const path = `/${randomBytes(16).toString('hex')}/`;
  const gateways: Gateway[] = [];
  let starting: Promise<Ceph> | undefined;
  let first: Promise<TestS3> | undefined;
  const openGateway = async (): Promise<TestS3> => {
    starting ??= installCeph().then(startCeph);
    const { accessKeyId, secretAccessKey, openGateway: open } = await starting;
    const gateway = await open();
    const id = gateways.push(gateway) - 1;
    return { endpoint: gateway.endpoint, accessKeyId, secretAccessKey, id };
  };
  const tasks: Record<string, (id: number) => unknown> = {
    server: () => (first ??= Promise.resolve(externalS3() ?? openGateway())),
    gateway: () => {
      if (externalS3()) throw new Error('the S3 server named by the environment is not ours to stop');
      return openGateway();
    },
    kill: async (id) => gateways[id]?.kill(),
    start: async (id) => gateways[id]?.start(),
  };
  const http = createServer((request, response) => {
    const name = request.url?.startsWith(path) ? request.url.slice(path.length) : '';
    void text(request)
      .then((id) => tasks[name]?.(Number(id)))
      .catch((error: Error) => {
        // A missing server only skips tests. A local server that does not start is an error.
        const isNone = /^(?:no S3 server|the S3 server named)/.test(error.message);
        return { [isNone ? 'unavailable' : 'failed']: error.message.split('\n')[0] };
      })
      .then((answer) => response.end(JSON.stringify(answer ?? {})));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  project.provide('modelboxTestS3', `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`);
  return async () => {
    http.closeAllConnections();
    http.close();
    await (await starting?.catch(() => undefined))?.stop();
  };
}
