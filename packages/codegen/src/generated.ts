import { readFile } from 'node:fs/promises';
import { openApiDocument } from '@modelbox/schema';
import type { Document } from './document.ts';
import { readOperations } from './operations.ts';
import { emitResources } from './resources.ts';
import { emitSchemas } from './schemas.ts';
import { HEADER } from './text.ts';
import { emitTypes } from './types.ts';

/** All generated files, by path below `packages`. */
export async function generated(): Promise<Map<string, string>> {
  const document = openApiDocument(await versionOf('schema')) as unknown as Document;
  const operations = readOperations(document);
  const client: [string, string][] = [
    ['types.ts', await emitTypes(document, operations)],
    ['schemas.ts', emitSchemas(document, operations)],
    [
      'version.ts',
      `${HEADER}/** The version of this package. */\nexport const VERSION = '${await versionOf('client')}';\n`,
    ],
    ...emitResources(document, operations),
  ];
  return new Map([
    ['schema/openapi.json', `${JSON.stringify(document, null, 2)}\n`],
    ...client.map(([name, text]): [string, string] => [`client/src/generated/${name}`, text]),
  ]);
}

async function versionOf(name: string): Promise<string> {
  const manifest = await readFile(new URL(`../../${name}/package.json`, import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
