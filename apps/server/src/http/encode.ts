import { jsonSchema } from '@modelbox/schema';
import fastJson from 'fast-json-stringify';
import type { z } from 'zod';

type Node = Record<string, unknown>;

/**
 * A serializer compiled from a wire schema. What it need not know it does not: values of metrics and metadata are any
 * JSON to it, which spares the run-time checks of unions.
 */
export function encoder(schema: z.ZodType): (value: unknown) => string {
  const components = new Map<string, Node>();
  const root = jsonSchema(schema, components);
  return fastJson(simplify(root, components) as Parameters<typeof fastJson>[0]) as (value: unknown) => string;
}

/** The schema without references, and without what only a reader or a validator needs. */
function simplify(node: unknown, components: Map<string, Node>): unknown {
  if (Array.isArray(node)) return node.map((item) => simplify(item, components));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, anyOf, ...rest } = node as { $ref?: string; anyOf?: unknown[] } & Node;
  if ($ref !== undefined) return simplify(components.get($ref.slice($ref.lastIndexOf('/') + 1)), components);
  if (anyOf !== undefined) {
    const options = anyOf.map((option) => simplify(option, components) as Node);
    const value = options.find((option) => option['type'] !== 'null');
    const isNullable = options.length === 2 && options.some((option) => option['type'] === 'null');
    return isNullable && value?.['type'] === 'object' ? { ...value, nullable: true } : {};
  }
  if (rest['type'] === 'object' && rest['properties'] === undefined) return {};
  const kept: Node = {};
  for (const key of ['type', 'required', 'items', 'nullable'] as const) {
    if (rest[key] !== undefined) kept[key] = simplify(rest[key], components);
  }
  if (rest['properties'] !== undefined) {
    kept['properties'] = Object.fromEntries(
      Object.entries(rest['properties'] as Node).map(([name, property]) => [
        name,
        simplify(property, components),
      ]),
    );
  }
  return kept;
}
