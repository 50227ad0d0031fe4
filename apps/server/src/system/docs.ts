import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openApiDocument } from '@modelbox/schema';
import { HttpProblem } from '../protocol/problem.ts';
import type { Verb } from '../protocol/verb.ts';
import { VERSION } from './version.ts';

const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
};

const PAGE = `<!doctype html>
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
`;

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

let openApiText: string | undefined;

export const openApi: Verb<'system.openapi'> = () => {
  // The document is constant, and public.
  openApiText ??= JSON.stringify(openApiDocument(VERSION));
  return Promise.resolve({
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: openApiText,
  });
};

export const docsPage: Verb<'system.docs'> = () =>
  Promise.resolve({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY },
    body: PAGE,
  });

export const docsAsset: Verb<'system.docsAsset'> = async (_ctx, { params }) => {
  const type = Object.hasOwn(ASSETS, params.asset) ? ASSETS[params.asset] : undefined;
  if (type === undefined) throw new HttpProblem('not_found', `The API page has no file "${params.asset}".`);
  const body = params.asset === 'start.js' ? START : await readFile(join(uiFolder(), params.asset));
  return { status: 200, headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' }, body };
};
