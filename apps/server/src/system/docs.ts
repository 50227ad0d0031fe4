import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openApiDocument } from '@modelbox/schema';
import { constantBytes } from '../protocol/http/constants.ts';
import { HttpProblem } from '../protocol/problem.ts';
import type { Verb } from '../protocol/verb.ts';
import { VERSION } from './version.ts';

const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
};

const PAGE = constantBytes(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ModelBox API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`);

const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'none',
  filter: true,
  validatorUrl: null,
});
`;

const PAGE_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

const uiFolder = (): string =>
  dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const assets = new Map<string, Buffer>([['start.js', constantBytes(START)]]);

function assetBytes(name: string): Buffer {
  const known = assets.get(name);
  if (known !== undefined) return known;
  // A read that waits would let requests meanwhile make further copies.
  const bytes = constantBytes(readFileSync(join(uiFolder(), name)));
  assets.set(name, bytes);
  return bytes;
}

let openApiBytes: Buffer | undefined;

export const openApi: Verb<'system.openapi'> = () => {
  openApiBytes ??= constantBytes(JSON.stringify(openApiDocument(VERSION)));
  return Promise.resolve({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: openApiBytes,
  });
};

export const docsPage: Verb<'system.docs'> = () =>
  Promise.resolve({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
    body: PAGE,
  });

export const docsAsset: Verb<'system.docsAsset'> = async (_ctx, { params: { asset } }) => {
  const type = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
  if (type === undefined) throw new HttpProblem('not_found', `The API page has no file "${asset}".`);
  const headers = { 'content-type': type, 'cache-control': 'public, max-age=3600' };
  return Promise.resolve({ status: 200, headers, body: assetBytes(asset) });
};
