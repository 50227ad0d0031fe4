/** The parts of an OpenAPI 3.1 document that the generators read. */
export interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: { readonly [path: string]: { readonly [method: string]: DocumentOperation } };
  readonly components: { readonly schemas: { readonly [name: string]: JsonSchema } };
}

export interface DocumentOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: { readonly [status: string]: Reference | { readonly content?: Content } };
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface Reference {
  readonly $ref: string;
}

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly items?: JsonSchema;
  readonly description?: string;
  /** Marks query parameters that the client leaves out. */
  readonly 'x-not-in-client'?: boolean;
}

type Content = { readonly [mediaType: string]: { readonly schema: JsonSchema } };

/** `Model` for `#/components/schemas/Model`. */
export const refName = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);
