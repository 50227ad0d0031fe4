import { jsonSchema } from '@modelbox/schema';
import fastJson from 'fast-json-stringify';
import type { z } from 'zod';
import { nextTurn } from '../core/pace.ts';

type Node = Record<string, unknown>;

type Serialize = (value: unknown) => string;

/** Serializers by their schema: routes and servers in one process share them. */
const compiled = new WeakMap<z.ZodType, Serialize>();

/**
 * Returns a serializer for a wire schema. The first call compiles it, so that the start of a server compiles none.
 * It encodes values of metrics and metadata as any JSON, which avoids the checks of unions at run time.
 */
export function encoder(schema: z.ZodType): Serialize {
  return (value) => {
    const serialize = compiled.get(schema) ?? compile(schema);
    return serialize(value);
  };
}

function compile(schema: z.ZodType): Serialize {
  const components = new Map<string, Node>();
  const root = jsonSchema(schema, components);
  const serialize = fastJson(simplify(root, components) as Parameters<typeof fastJson>[0]) as Serialize;
  compiled.set(schema, serialize);
  return serialize;
}

const HEAD = '{"items":[';

/** Characters to encode without a break: about a millisecond. */
const PIECE = 128 * 1024;

type PageSchema = z.ZodObject<{ items: z.ZodArray<z.ZodType>; nextCursor: z.ZodType }>;

export const isPage = (schema: z.ZodType): schema is PageSchema =>
  'shape' in schema && Object.keys(schema.shape as object).join() === 'items,nextCursor';

/** Returns a serializer of pages that encodes item by item. Other requests run between the pieces of a large page. */
export function pageEncoder(schema: PageSchema): (page: unknown) => string | Promise<Buffer> {
  const encodeItem = encoder(schema.shape.items.element);
  return (page) => {
    const { items, nextCursor } = page as { items: unknown[]; nextCursor: string | null };
    const end = `],"nextCursor":${JSON.stringify(nextCursor)}}`;
    const rest = items.values();
    const first = nextPiece(rest, encodeItem, HEAD);
    return first.isLast ? `${first.text}${end}` : encodeRest(first.text, rest, encodeItem, end);
  };
}

type EncodeItem = (item: unknown) => string;

/** Encodes items until they fill a piece. A comma precedes each item except the first of the page. */
function nextPiece(rest: Iterator<unknown>, encodeItem: EncodeItem, start: string) {
  let text = start;
  for (let next = rest.next(); !next.done; next = rest.next()) {
    const item = encodeItem(next.value);
    text += text === HEAD ? item : `,${item}`;
    if (text.length > PIECE) return { text, isLast: false };
  }
  return { text, isLast: true };
}

async function encodeRest(
  first: string,
  rest: Iterator<unknown>,
  encodeItem: EncodeItem,
  end: string,
): Promise<Buffer> {
  const pieces = [Buffer.from(first)];
  for (let isLast = false; !isLast; ) {
    await nextTurn();
    const piece = nextPiece(rest, encodeItem, '');
    pieces.push(Buffer.from(piece.text));
    isLast = piece.isLast;
  }
  pieces.push(Buffer.from(end));
  return Buffer.concat(pieces);
}

/** Inlines references, and drops keywords that the serializer does not need. */
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
