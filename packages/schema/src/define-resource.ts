import type { z } from 'zod';

/** Roles on a namespace and all below it, from the least to the most. Each has what the one before it has. */
export const ROLES = ['viewer', 'contributor', 'maintainer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Which permission shows which fields of an answer. A caller who lacks one gets the empty value of the field (`null`, `[]`,
 * `{}`, `0`, `""`; an optional field is absent), and `hidden` names the field.
 */
export interface ViewOf<Permission extends string> {
  /** Identifies the object and its state. Every caller whom the route answers sees these fields. */
  readonly always: readonly string[];
  /** The permission for all fields that neither `always` nor `parts` names. Absent: none. */
  readonly rest?: Permission;
  /** The permissions, all of them, for single fields. */
  readonly parts?: Readonly<Record<string, readonly Permission[]>>;
}

/** A group of operations in the OpenAPI document. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

/** One resource of the API. Kinds, permissions, roles, tags, references and views derive from these definitions. */
export interface ResourceDefinition {
  readonly kind: string;
  /**
   * The table of its rows. A resource with a table has objects: changes and the audit name their kind.
   * Without a table, the rows belong to objects of other kinds.
   */
  readonly table?: string;
  /** How a path or a body names one object. Absent: only as a part of another object. */
  readonly ref?: z.ZodString;
  /** The least role that has each permission, by the last word of the permission: `read` for `dataset.read`. */
  readonly permissions: Readonly<Record<string, Role>>;
  /** Its group of operations. Absent: its operations stand in the groups of other resources. */
  readonly tag?: Tag;
  /** Its objects own files, metrics, metadata and events. */
  readonly isOwner?: true;
  /** A list of its objects takes the filter language. */
  readonly isListed?: true;
  /** The views of its wire schemas, by their ids. A schema without a view is shown whole. */
  readonly views?: Readonly<Record<string, ViewOf<string>>>;
}

/** Keeps the literal types of a definition: the types of kinds and permissions derive from them. */
export const defineResource = <const R extends ResourceDefinition>(definition: R): R => definition;
