import type { Document } from './document.ts';
import { queryTypeName } from './names.ts';
import type { Operation } from './operations.ts';
import { docComment, HEADER } from './text.ts';
import { hasQueryType } from './types.ts';

/** Generates a named type for each component and query. Input types allow `undefined` for absent fields. */
export function emitSchemas(document: Document, operations: readonly Operation[]): string {
  const bodies = new Set(operations.flatMap(({ body }) => (body.form === 'json' ? [body.type] : [])));
  const components = Object.entries(document.components.schemas)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const type = bodies.has(name) && schema.properties ? `Loose<Schemas['${name}']>` : `Schemas['${name}']`;
      const comment = schema.description ? docComment([schema.description]) : '';
      return `${comment}export type ${name} = ${type};\n`;
    });
  const queries = operations.filter(hasQueryType).map(({ id }) => {
    const name = queryTypeName(id);
    return `/** The query of \`${id}\`. */\nexport type ${name} = Loose<Schemas['${name}']>;\n`;
  });
  const imports =
    "import type { Loose } from '../core/loose.ts';\nimport type { components } from './types.ts';\n";
  return [HEADER + imports, "type Schemas = components['schemas'];\n", ...components, ...queries].join('\n');
}
