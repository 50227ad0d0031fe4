import type { z } from 'zod';

/** Roles on a namespace and everything below it, in ascending order. Each includes the one before it. */
export const ROLES = ['viewer', 'contributor', 'maintainer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The permission that each field of an answer requires. A caller who lacks it gets the empty value (`null`, `[]`,
 * `{}`, `0`, `""`; optional fields are absent), and `hidden` names the field.
 */
export interface ViewOf<Permission extends string> {
  /** Fields that every caller sees: the identity of the object and its state. */
  readonly always: readonly string[];
  /** The permission for all fields outside of `always` and `parts`. Absent: none. */
  readonly rest?: Permission;
  /** Permissions for single fields. A field needs all of its permissions. */
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
  /** The reference that names an object in a path or body. Absent: the object is only a part of another object. */
  readonly ref?: z.ZodString;
  /** The lowest role with each permission, by the last word of the permission: `read` for `dataset.read`. */
  readonly permissions: Readonly<Record<string, Role>>;
  /** The group of its operations. Absent: they belong to the groups of other resources. */
  readonly tag?: Tag;
  /** Its objects own files, metrics, metadata and events. */
  readonly isOwner?: true;
  /** A list of its objects takes the filter language. */
  readonly isListed?: true;
  /** The views of its wire schemas, by their ids. A schema without a view is shown whole. */
  readonly views?: Readonly<Record<string, ViewOf<string>>>;
}

/** Returns the definition with its literal types, from which the types of kinds and permissions derive. */
export const defineResource = <const R extends ResourceDefinition>(definition: R): R => definition;
